"""The dashboard and docs/watching.md show what the library logs and measures."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.repo import terraform
from tests.repo.alarms import alarms

from activity_dispatch.observe.metrics import NAMESPACE, STACK, Metric

UNITS = {"Milliseconds": "ms", "Seconds": "s", "Count": "count"}
# How a search for a metric names it.
SEARCHED = re.compile(r'MetricName="(\w+)"')


@pytest.fixture
def document(root: Path) -> str:
    return (root / "docs/watching.md").read_text()


def _rows(document: str, heading: str) -> Iterator[list[str]]:
    """The rows of the table whose first heading this is."""
    table = document[document.index(f"| {heading} |") :].split("\n\n")[0]
    for line in table.splitlines()[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def test_the_dashboard_reads_what_the_library_writes(root: Path) -> None:
    folder = root / "terraform/modules/dashboard"
    assert terraform.value(terraform.local_values(folder)["namespace"]) == NAMESPACE
    documents = terraform.documents(folder)
    texts = {text for document in documents for text in terraform.strings(document)}
    keys = {key for document in documents for found in terraform.objects(document) for key in found}
    assert any(f'{STACK}="${{var.name}}"' in text for text in texts)
    shown = texts | keys | {name for text in texts for name in SEARCHED.findall(text)}
    assert [metric.title for metric in Metric if metric.title not in shown] == []


def test_the_document_has_each_metric_with_its_unit_and_dimensions(document: str) -> None:
    listed = {}
    for names, unit, by, *_ in _rows(document, "metric"):
        for name in re.findall(r"`(\w+)`", names):
            listed[name] = (unit, set(re.findall(r"\w+", by)))
    wanted: dict[str, tuple[str, set[str]]] = {}
    for metric in Metric:
        dimensions = {name for names in metric.dimension_sets for name in names}
        unit, known = wanted.get(metric.title, (UNITS[metric.unit], set()))
        wanted[metric.title] = (unit, known | dimensions)
    assert listed == wanted


def test_the_document_has_each_key_of_a_log_line(root: Path, document: str) -> None:
    listed = {cells[0].strip("` ") for cells in _rows(document, "key")}
    used: set[str] = set()
    for file in root.glob("functions/*/src/**/*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "log_keys":
                used |= {keyword.arg for keyword in node.keywords if keyword.arg}
            if isinstance(node, ast.FunctionDef) and node.name == "keys_of":
                literals = [part for part in ast.walk(node) if isinstance(part, ast.Dict)]
                keys = [key for part in literals for key in part.keys]
                used |= {str(key.value) for key in keys if isinstance(key, ast.Constant)}
    assert used == listed


def test_the_document_has_each_alarm(root: Path, document: str) -> None:
    listed = " ".join(cells[0] for cells in _rows(document, "alarm"))
    assert [name for name in sorted(alarms(root)) if f"{name}`" not in listed] == []
