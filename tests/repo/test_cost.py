"""docs/cost.md shows the costs computed from measured times and documented prices."""

import json
import shutil
from pathlib import Path

import pytest

from benchmark.cost import model as cost
from benchmark.cost import tables as cost_tables
from operations.errors import OperationError

ROOT = Path(__file__).resolve().parents[2]
PRICES = dict.fromkeys(cost.prices(), 0.0)


@pytest.mark.parametrize("document", cost_tables.documents(ROOT), ids=lambda file: file.name)
def test_the_tables_are_up_to_date(document: Path) -> None:
    text = document.read_text()
    assert cost_tables.updated(text) == text, "run: make docs"


def test_every_table_is_in_a_document() -> None:
    text = "".join(file.read_text() for file in cost_tables.documents(ROOT))
    assert [name for name in cost_tables.tables() if f"`make docs`: {name} -->" not in text] == []


@pytest.mark.parametrize("file", ["prices.json", "measured.json"])
def test_every_figure_matters(file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Changing a price or a time changes the page."""
    shutil.copytree(cost.FOLDER, tmp_path / "cost")
    monkeypatch.setattr(cost, "FOLDER", tmp_path / "cost")
    before = cost_tables.tables()["months"]
    written = json.loads((tmp_path / "cost" / file).read_text())
    parts = written["prices"] if file == "prices.json" else written
    for part, figures in parts.items():
        for name, figure in figures.items() if isinstance(figures, dict) else ():
            if isinstance(figure, int | float):
                changed = {**parts, part: {**figures, name: figure * 100 + 100_000}}
                document = {**written, "prices": changed} if file == "prices.json" else changed
                (tmp_path / "cost" / file).write_text(json.dumps(document))
                assert cost_tables.tables()["months"] != before, (part, name)


def test_a_tasks_transitions_and_requests_counted_by_hand() -> None:
    """Three transitions in mode `requests`, one in all others; three queue requests if the task is pushed."""
    ways = {way.name: way for way in cost.ways()}
    transitions = {name: way.task_usd({**PRICES, "transition": 1.0}) for name, way in ways.items()}
    assert transitions.pop("`requests`") == 3
    assert set(transitions.values()) == {1}
    queue = {name: way.task_usd({**PRICES, "sqs_request": 1.0}) for name, way in ways.items()}
    pushed = {"`requests`", "`logs`", "direct callback"}
    assert {name for name, count in queue.items() if count == 3} == pushed
    assert {count for name, count in queue.items() if name not in pushed} == {0}


def test_a_month_costs_its_tasks_and_the_fixed_costs() -> None:
    way = cost.Way(name="x", task={"transition": 2}, month={"alarm": 3})
    prices = {**PRICES, "transition": 0.5, "alarm": 0.1}
    assert way.month_usd(10, prices) == pytest.approx(2 * 0.5 * 10 + 0.3)


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(OperationError, match="nothing is computed for 'nonsense'"):
        cost_tables.updated("<!-- Computed by `make docs`: nonsense -->\n<!-- End of nonsense -->")
