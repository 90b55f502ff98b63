"""The table of open tasks fits the terminal: header and totals stay whatever its size."""

import io
from typing import Any

import pyte
import pytest
from rich.console import Console

from activity_dispatch_cli.job_logs import JobLog
from activity_dispatch_cli.open_tasks import Open, OpenTask
from activity_dispatch_cli.tables import Screen, plain_lines


def task(number: int, **changes: Any) -> OpenTask:
    fields: dict[str, Any] = {
        "task_id": f"{number:08x}" + "0" * 24,
        "state": "started" if number % 3 else "queued",
        "activity": "first-light-fargate",
        "backend": "ecs",
        "attempt": 1,
        "age_seconds": 4000.0 - number,
        "execution_arn": f"arn:aws:states:eu-west-1:000000000000:execution:words:run-{number}",
        "job_id": f"arn:aws:ecs:eu-west-1:000000000000:task/first-light/{number:032x}",
        "progress": f"{number} of 60",
        "log": JobLog(group="/jobs", stream=f"stream-{number}"),
    }
    return OpenTask(**{**fields, **changes})


def shown(found: Open, width: int, height: int) -> list[str]:
    """Return what a terminal of this size shows."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=width, height=height, color_system="standard")
    console.print(Screen(title="Open tasks of first-light", open=found, height=height))
    screen = pyte.Screen(width, height)
    # The last line break would scroll the first line away.
    pyte.Stream(screen).feed(out.getvalue().rstrip("\n").replace("\n", "\r\n"))
    return [line.rstrip() for line in screen.display]


def opened(count: int, **more: Any) -> Open:
    fields: dict[str, Any] = {"waiting": {}, "problems": ()}
    return Open(tasks=tuple(task(number) for number in range(1, count + 1)), **{**fields, **more})


@pytest.mark.parametrize(("width", "height"), [(120, 30), (80, 24), (40, 8), (200, 70)])
def test_header_and_totals_stay(width: int, height: int) -> None:
    lines = shown(opened(60, waiting={"orders": (4, 3)}, problems=("orders: unknown",)), width, height)
    text = [line for line in lines if line]
    assert text[0] == "Open tasks of first-light"
    assert text[1].split()[:2] == ["STATE", "TASK"]
    assert text[-3].startswith("60 open tasks: 40 started, 20 queued"[:width])
    assert text[-2:] == ["orders: 4 slots used, 3 tasks wait", "orders: unknown"]
    rows = [line for line in text if line.startswith(("started", "queued"))]
    hidden = [line for line in text if line.startswith("+")]
    assert hidden == ([f"+{60 - len(rows)} more"] if len(rows) < 60 else [])
    assert len(text) <= height
    if height == 30:
        assert len(rows) == 24


def test_the_first_columns_matter_most() -> None:
    headings = {width: shown(opened(3), width, 30)[1].split() for width in (40, 80, 120, 160)}
    assert headings[40] == ["STATE", "TASK", "ACTIVITY"]
    assert headings[80] == ["STATE", "TASK", "ACTIVITY", "AGE", "PROGRESS", "BACKEND", "EXECUTION"]
    assert headings[160][-1] == "JOB"


def test_few_tasks_are_all_shown() -> None:
    assert not [line for line in shown(opened(20), 80, 24) if "more" in line]
    assert shown(opened(0), 80, 24)[:2] == ["Open tasks of first-light", "No open tasks"]
    assert shown(opened(1), 80, 24)[3] == "1 open task: 1 started"


def test_a_progress_of_several_lines_takes_one() -> None:
    found = Open(tasks=(task(1, progress="epoch\n 3" + "x" * 100),), waiting={}, problems=())
    (row,) = [line for line in shown(found, 120, 24) if line.startswith("started")]
    assert " epoch 3xxxx" in row


def test_elsewhere_everything_is_printed() -> None:
    found = Open(
        tasks=tuple(task(number, backend="a-long-name", attempt=2) for number in range(1, 61)),
        waiting={},
        problems=(),
    )
    title, head, *rows, total = plain_lines(found, "Open tasks", None)
    assert (title, len(rows)) == ("Open tasks", 60)
    assert head.split() == [
        "STATE",
        "TASK",
        "ACTIVITY",
        "AGE",
        "PROGRESS",
        "BACKEND",
        "EXECUTION",
        "JOB",
        "LOG",
    ]
    assert {row.index("a-long-name, attempt 2") for row in rows} == {head.index("BACKEND")}
    assert rows[0].endswith(f"{1:032x}  /jobs stream-1")
    assert total == "60 open tasks: 40 started, 20 queued"
