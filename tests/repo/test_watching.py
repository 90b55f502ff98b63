"""What is logged and measured is what the dashboard shows and the document says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from activity_dispatch.observe.metrics import NAMESPACE, STACK, Metric

UNITS = {"Milliseconds": "ms", "Seconds": "s", "Count": "count"}
# As they stand between quotes in the module's files.
NAME = re.compile(r'"(?:[^"]*MetricName=\\")?([A-Z][A-Za-z]+)(?:\\"[^"]*)?"|\b(Tasks[A-Z][a-z]+) +=')


@pytest.fixture
def module(root: Path) -> str:
    folder = root / "terraform/modules/dashboard"
    return "\n".join((folder / name).read_text() for name in ("main.tf", "widgets.tf", "alarms.tf"))


@pytest.fixture
def document(root: Path) -> str:
    return (root / "docs/watching.md").read_text()


def _rows(document: str, heading: str) -> Iterator[list[str]]:
    """The rows of the table that begins with this heading."""
    table = document[document.index(f"| {heading} |") :].split("\n\n")[0]
    for line in table.splitlines()[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def test_the_dashboard_reads_what_the_library_writes(module: str) -> None:
    assert re.search(r'namespace += "(\w+)"', module)[1] == NAMESPACE  # type: ignore[index]
    assert f'{STACK}=\\"${{var.name}}\\"' in module
    shown = {name for found in NAME.findall(module) for name in found if name}
    assert {metric.title for metric in Metric} <= shown


def test_the_document_has_each_metric_with_its_unit_and_dimensions(document: str) -> None:
    told = {}
    for names, unit, by, *_ in _rows(document, "metric"):
        for name in re.findall(r"`(\w+)`", names):
            told[name] = (unit, set(re.findall(r"\w+", by)))
    wanted: dict[str, tuple[str, set[str]]] = {}
    for metric in Metric:
        dimensions = {name for names in metric.dimension_sets for name in names}
        unit, known = wanted.get(metric.title, (UNITS[metric.unit], set()))
        wanted[metric.title] = (unit, known | dimensions)
    assert told == wanted


def test_the_document_has_each_key_of_a_log_line(root: Path, document: str) -> None:
    told = {cells[0].strip("` ") for cells in _rows(document, "key")}
    used: set[str] = set()
    for file in root.glob("functions/*/src/**/*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "log_keys":
                used |= {keyword.arg for keyword in node.keywords if keyword.arg}
            if isinstance(node, ast.FunctionDef) and node.name == "keys_of":
                literals = [part for part in ast.walk(node) if isinstance(part, ast.Dict)]
                keys = [key for part in literals for key in part.keys]
                used |= {str(key.value) for key in keys if isinstance(key, ast.Constant)}
    assert used == told


def test_the_document_has_each_alarm(root: Path, document: str) -> None:
    told = " ".join(cells[0] for cells in _rows(document, "alarm"))
    for file in root.glob("terraform/modules/*/*.tf"):
        for name in re.findall(r'alarm_name += "\$\{[^}]+\}-([a-z-]+)"', file.read_text()):
            assert name in told, f"{file.name}: {name}"
    alarms = (root / "terraform/modules/dashboard/alarms.tf").read_text()
    for name in re.findall(r"^    ([a-z-]+) = \{$", alarms, re.MULTILINE):
        assert f"`STACK-{name}`" in told
