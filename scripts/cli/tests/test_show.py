"""What a task's steps are, why it failed, and where its log is."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from scripts.cli.tests.conftest import ACTIVITY, EXECUTION, add

from activity_dispatch.domain.attempts import Attempt
from activity_dispatch.domain.tasks import Origin, OutcomeName, TaskRecord, TaskState
from activity_dispatch_cli import show
from activity_dispatch_cli.errors import CommandError
from activity_dispatch_cli.find_task import find_task
from activity_dispatch_cli.job_logs import JobLog, lines_of
from activity_dispatch_cli.stack import Stack
from activity_dispatch_cli.steps import cause_lines, cause_of, steps_of

NOW = 1_800_000_000.0


def record(**changes: Any) -> TaskRecord:
    fields: dict[str, Any] = {
        "task_id": "0a" * 16,
        "activity_arn": ACTIVITY,
        "backend": "batch",
        "state": TaskState.SETTLED,
        "heartbeat_seconds": 60,
        "starting_at": NOW,
        "started_at": NOW + 1,
        "claimed_at": NOW + 20,
        "settled_at": NOW + 50,
        "job_id": "job-2",
        "outcome": OutcomeName.FAILED,
        "error": "Job.Failed",
        "progress": "3 of 4",
    }
    return TaskRecord(**{**fields, **changes})


def failed(seconds: float, cause: str = '{"message": "no"}', error: str = "Job.Failed") -> dict[str, Any]:
    return {
        "type": "ActivityFailed",
        "timestamp": datetime.fromtimestamp(NOW + seconds, UTC),
        "activityFailedEventDetails": {"error": error, "cause": cause},
    }


def test_steps_are_in_their_order() -> None:
    origin = Origin(state_name="Layout", attempt=1, entered_at="2027-01-15T07:59:50.000Z")
    first = Attempt(
        backend="ecs",
        error="Job.Interrupted",
        message="Spot",
        started_at=NOW - 9,
        ended_at=NOW - 1,
        job_id="a/job-1",
    )
    steps = steps_of(record(origin=origin, attempts=(first,), attempt=2))
    assert [step.what for step in steps] == [
        "state Layout entered, retry 1",
        "attempt 1 on ecs: job-1",
        "attempt 1 ended: Job.Interrupted: Spot",
        "being started on batch, attempt 2",
        "job started: job-2",
        "its worker took it: the job runs",
        "progress: 3 of 4",
        "failed: Job.Failed",
    ]
    times = [step.at for step in steps if step.at is not None]
    assert times == sorted(times)


def test_a_task_that_was_settled_while_its_job_runs_says_so() -> None:
    steps = steps_of(record(poll_id="00" * 8))
    assert steps[-1].what == "its job is still ending, and holds its slot"


def test_the_cause_is_that_of_the_nearest_failure_of_the_name() -> None:
    events = [failed(10, '"early"'), failed(50.2, '{"message": "here"}'), failed(50.1, error="Other")]
    assert cause_of(record(), events) == {"message": "here"}
    assert cause_of(record(), [failed(50, "no JSON")]) == "no JSON"
    assert cause_of(record(), [failed(500)]) is None
    assert cause_of(record(outcome=OutcomeName.SUCCEEDED, error=None), events) is None


def test_a_cause_in_lines() -> None:
    cause = {"message": "exit code 3", "exit_code": 3, "backend": "ecs", "log_tail": ["a", "b"]}
    assert cause_lines(cause) == ["exit code 3", "exit code: 3", "the end of its log:", "  a", "  b"]
    assert cause_lines("two\nlines") == ["two", "lines"]


def test_a_task_is_shown(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    task_id = add(stack, "one")
    stack.runtime.tasks.record_started(task_id, "request-1")
    assert show.show(stack, task_id[:6]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Task {task_id} of orders-lambda on lambda"
    assert lines[1] == f"Execution {EXECUTION}"
    assert lines[2].endswith("Z  being started on lambda")
    assert lines[3].endswith("Z  job started: request-1")
    assert lines[4].startswith("Log https://eu-west-1.console.aws.amazon.com/")
    assert show.show(stack, task_id, as_json=True) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["task_id"], document["state"], document["job_id"]) == (task_id, "started", "request-1")
    assert "one" not in json.dumps(document)


def test_a_failure_whose_history_cannot_be_read_says_so(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    task_id = add(stack, "one")
    stack.runtime.tasks.record_settled(task_id, OutcomeName.FAILED, "Job.Failed", closed=True)
    assert show.show(stack, task_id) == 0
    said = capsys.readouterr().out
    assert "failed: Job.Failed" in said
    assert "why is not known, because the execution's history cannot be read: " in said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nonsense", "TASK: 'nonsense'; it must be a task's id"),
        ("abc", "TASK: 'abc'; it must be a task's id"),
        ("ffff", "TASK: no open task of orders begins with 'ffff'"),
        ("f" * 32, "orders has no such task. Records are kept for 7 days"),
    ],
)
def test_an_unknown_task(stack: Stack, text: str, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        find_task(stack, text)


def test_a_log_needs_a_job(stack: Stack) -> None:
    task_id = add(stack, "one")
    with pytest.raises(CommandError, match="it has no job yet, so no log"):
        show.logs(stack, task_id)


class Log:
    """CloudWatch Logs with one stream, to which a line is added before each read but the first."""

    def __init__(self, *lines: str) -> None:
        self.exceptions = SimpleNamespace(ResourceNotFoundException=KeyError)
        self.lines, self.readable = lines, 1

    def get_paginator(self, _: str) -> "Log":
        return self

    def paginate(self, **where: Any) -> Any:
        assert where["logStreamNames"] == ["stream"]
        events = [
            {"eventId": str(number), "timestamp": 1000 + number, "message": f"{line}\n"}
            for number, line in enumerate(self.lines[: self.readable])
        ]
        self.readable += 1
        yield {"events": [event for event in events if event["timestamp"] >= where["startTime"]]}


def test_a_log_is_followed_until_the_end_and_each_line_is_said_once() -> None:
    goes_on = iter([True, True, False])
    client: Any = Log("a", "b", "b", "after the end")
    log = JobLog(group="g", stream="stream")
    found = lines_of(client, log, goes_on=lambda: next(goes_on), sleep=lambda _: None)
    assert list(found) == ["a", "b", "b"]
