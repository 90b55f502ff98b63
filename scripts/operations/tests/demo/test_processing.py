"""`make demo`: its text, and how it checks a result."""

import hashlib
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activity_dispatch_cli.execution import Ended
from operations.demo import processing
from operations.executions import sample

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
WANTED = sample.Expected(bytes=10, lines=2, words=3, sha256="abc")


def ended(status: str, output: str | None, **more: Any) -> Ended:
    kinds = ("ActivityScheduled", "ActivityStarted", "ActivitySucceeded")
    events = [
        {"id": n, "type": kind, "timestamp": BEGUN + timedelta(seconds=n)} for n, kind in enumerate(kinds)
    ]
    times = {"started": BEGUN, "stopped": BEGUN + timedelta(seconds=5)}
    facts = {
        "arn": "arn",
        "status": status,
        "output": output,
        "error": None,
        "cause": None,
        "events": tuple(events),
    }
    return Ended(**{**facts, **times, **more})


def test_the_text_is_large_and_always_the_same() -> None:
    text = sample.text()
    assert len(text) >= sample.MIN_BYTES
    assert "\0" not in text.decode()
    assert text == sample.text()


@pytest.mark.parametrize(
    ("body", "lines", "words"),
    [(b"one two\n", 1, 2), (b"one\n\n two\tthree", 3, 3), ("ä\u00a0ö\n".encode(), 1, 2)],
)
def test_bytes_lines_and_words_are_counted(body: bytes, lines: int, words: int) -> None:
    counted = sample.expected(body)
    assert (counted.bytes, counted.lines, counted.words) == (len(body), lines, words)
    assert counted.sha256 == hashlib.sha256(body).hexdigest()


def test_a_correct_result_has_no_problem() -> None:
    output = '{"summary": {"bytes": 10, "lines": 2, "words": 3, "sha256": "abc"}}'
    assert processing.find_problems(ended("SUCCEEDED", output), WANTED) == ()


@pytest.mark.parametrize("name", asdict(WANTED))
def test_each_wrong_count_is_a_problem(name: str) -> None:
    summary = {**asdict(WANTED), name: 0}
    output = f'{{"summary": {summary}}}'.replace("'", '"')
    (problem,) = processing.find_problems(ended("SUCCEEDED", output), WANTED)
    assert problem == f"{name} is 0, but our own count is {asdict(WANTED)[name]!r}"


def test_a_failed_execution_is_a_problem() -> None:
    (problem,) = processing.find_problems(ended("FAILED", None, error="Job.Failed"), WANTED)
    assert problem == "the execution ended FAILED with the error Job.Failed"


def test_the_table_shows_times_and_results(capsys: pytest.CaptureFixture[str]) -> None:
    failed = ended("FAILED", None, events=())
    processing.show_table(
        [
            processing.Report(backend="lambda", ended=ended("SUCCEEDED", "{}"), problems=()),
            processing.Report(backend="batch", ended=failed, problems=("x",)),
            processing.Report(backend="fargate", ended=ended("SUCCEEDED", "{}"), problems=("x",)),
        ]
    )
    rows = [line.split() for line in capsys.readouterr().out.strip().splitlines()]
    assert rows == [
        ["backend", "queued", "started", "finished", "result"],
        ["lambda", "0.00", "s", "1.00", "s", "2.00", "s", "succeeded"],
        ["batch", "-", "-", "-", "failed"],
        ["fargate", "0.00", "s", "1.00", "s", "2.00", "s", "wrong"],
    ]


def test_different_results_are_reported() -> None:
    def report(backend: str, output: str | None) -> processing.Report:
        status = "FAILED" if output is None else "SUCCEEDED"
        return processing.Report(backend=backend, ended=ended(status, output), problems=())

    same = [report("a", '{"x": 1, "y": 2}'), report("b", '{"y": 2, "x": 1}'), report("c", None)]
    assert processing.differences(same) == []
    assert processing.differences([*same, report("d", '{"x": 2}')]) == ["the results of a and d differ"]
