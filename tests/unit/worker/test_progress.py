"""Progress is recorded while the job runs."""

import threading
from typing import Any

import pytest
from tests.unit.worker.scheduled import Scheduled

from activity_dispatch import task
from activity_dispatch.testing.stepfunctions import client_error
from activity_dispatch.worker.progress import ProgressWatch, ReportedProgress, progress_line


def test_progress_is_recorded_once_and_retried_after_a_failure() -> None:
    recorded: list[str] = []
    seen = threading.Condition()
    problems = [client_error("ThrottlingException", "UpdateItem")]
    lines = ["1"]

    def record(line: str) -> None:
        if problems:
            raise problems.pop()
        with seen:
            recorded.append(line)
            seen.notify_all()

    with ProgressWatch(lambda: lines[-1], record, interval_seconds=0.01), seen:
        assert seen.wait_for(lambda: recorded == ["1"], 60)
        lines.append("2")
        assert seen.wait_for(lambda: recorded == ["1", "2"], 60)
    assert recorded == ["1", "2"]


def test_the_first_report_is_recorded_at_once_and_the_last_at_the_end() -> None:
    recorded: list[str] = []
    first = threading.Event()

    def record(line: str) -> None:
        recorded.append(line)
        first.set()

    with ReportedProgress(record, interval_seconds=3_600) as progress:
        progress.report("1 of 3")
        assert first.wait(60)
        progress.report("2 of 3")
        progress.report("3 of 3")
    progress.report("4 of 3")
    assert recorded == ["1 of 3", "3 of 3"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("3 of 10", "3 of 10"),
        ("1\n2\r\n\n", "2"),
        ("\r10 %\r20 %", "20 %"),
        (" \n", None),
        ("a\u2028b", "a\u2028b"),
        ("\ud800\0", "\ufffd\ufffd"),
        ("é" * 600, "é" * 512),
    ],
)
def test_the_last_line_counts(text: str, line: str | None) -> None:
    assert progress_line(text) == line


def test_a_function_reports_progress_from_any_of_its_threads(scheduled: Scheduled) -> None:
    def work(_: object) -> float:
        thread = threading.Thread(target=task.progress, args=("all\ndone",))
        thread.start()
        thread.join()
        return task.seconds_left()

    scheduled.run(work)
    record = scheduled.stack.tasks.get(scheduled.task_id)
    assert (record.outcome, record.progress) == ("succeeded", "done")


def test_a_function_knows_its_task_its_time_and_its_context(scheduled: Scheduled) -> None:
    seen: dict[str, Any] = {}

    def work(_: object) -> None:
        seen.update(left=task.seconds_left(), task_id=task.task_id(), context=task.lambda_context())

    scheduled.run(work)
    assert 100 < seen["left"] <= 118  # of 120, less what is needed to report a timeout
    assert seen["task_id"] == scheduled.stack.tasks.get(scheduled.task_id).task_id
    assert seen["context"].aws_request_id == "request-1"


def test_outside_a_task_there_is_none() -> None:
    task.progress("nowhere")
    assert (task.task_id(), task.lambda_context(), task.seconds_left()) == (None, None, float("inf"))
    with pytest.raises(TypeError, match="progress: int; it must be text"):
        task.progress(3)  # type: ignore[arg-type]
