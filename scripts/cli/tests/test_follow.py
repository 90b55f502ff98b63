"""An execution is followed with its jobs: which there are, where their logs are, how far they are."""

import io
import sys
from pathlib import Path

import pytest
from scripts.cli.tests.conftest import EXECUTION, add

from activity_dispatch.domain.polls import new_poll_id
from activity_dispatch.domain.tasks import OutcomeName
from activity_dispatch_cli import follow
from activity_dispatch_cli.errors import CommandError
from activity_dispatch_cli.job_watch import JobWatch
from activity_dispatch_cli.stack import Stack


def test_a_job_is_told_once_and_its_progress_as_it_changes(stack: Stack) -> None:
    watch, tasks = JobWatch(stack=stack, execution_arn=EXECUTION), stack.runtime.tasks
    assert list(watch.lines()) == []
    task_id = add(stack, "one")
    name = f"orders-lambda, task {task_id[:8]}"
    assert list(watch.lines()) == []
    tasks.record_started(task_id, "request-1")
    job, log = watch.lines()
    assert job == f"{name}: job request-1 on lambda"
    assert log.startswith(f"{name}: log https://eu-west-1.console.aws.amazon.com/")
    for progress in ("1 of 2", "2 of 2"):
        tasks.record_progress(task_id, progress)
        assert list(watch.lines()) == [f"{name}: {progress}"]
        assert list(watch.lines()) == []
    tasks.record_progress(task_id, "done")
    tasks.record_settled(task_id, OutcomeName.SUCCEEDED, None, closed=True)
    assert list(watch.lines()) == [f"{name}: done"]
    tasks.record_progress(task_id, "late")
    assert list(watch.lines()) == []


def test_a_task_without_its_envelope_is_found_by_its_poll(stack: Stack) -> None:
    watch, tasks = JobWatch(stack=stack, execution_arn=EXECUTION), stack.runtime.tasks
    task_id = add(stack, "one", execution_arn="")
    tasks.record_started(task_id, "request-1")
    assert list(watch.lines()) == []
    record = tasks.get(task_id)
    assert record is not None
    for name in (f"{new_poll_id(0.0)} stack", f"{record.poll_id} stack", "a machine that polls", None):
        watch.note({"type": "ActivityStarted", "activityStartedEventDetails": {"workerName": name}})
    assert [line.split(": ")[1][:5] for line in watch.lines()] == ["job r", "log h"]


def test_of_very_many_jobs_some_are_followed(stack: Stack) -> None:
    watch, tasks = JobWatch(stack=stack, execution_arn=EXECUTION), stack.runtime.tasks
    ids = [add(stack, str(number)) for number in range(25)]
    for task_id in ids:
        tasks.record_started(task_id, f"request-{task_id}")
    told = [line for line in watch.lines() if ": job " in line]
    assert len(told) == 20
    for task_id in ids:
        tasks.record_settled(task_id, OutcomeName.SUCCEEDED, None, closed=True)
    list(watch.lines())
    assert len([line for line in watch.lines() if ": job " in line]) == 5


def test_a_table_that_cannot_be_read_does_not_end_the_following(stack: Stack) -> None:
    stack.account.clients.dynamodb.delete_table(TableName="orders-tasks")
    (line,) = JobWatch(stack=stack, execution_arn=EXECUTION).lines()
    assert line.startswith("jobs not read: ")


@pytest.mark.parametrize("text", ["{nonsense", '{"a": [NaN]}', "-Infinity", "1e999", "@no/such/file"])
def test_an_invalid_input_is_explained(text: str) -> None:
    with pytest.raises(CommandError, match=r"^INPUT "):
        follow.parse_input(text)


def test_an_input_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "input.json"
    file.write_text('{"source": "s3://b/$k"}')
    assert follow.parse_input(f"@{file}") == {"source": "s3://b/$k"}
    file.write_bytes(b'\xef\xbb\xbf{"source": "with a byte order mark"}')
    assert follow.parse_input(f"@{file}") == {"source": "with a byte order mark"}
    file.write_bytes(b"\xff")
    with pytest.raises(CommandError, match="cannot be read"):
        follow.parse_input(f"@{file}")
    monkeypatch.setattr(sys, "stdin", io.StringIO("[1]"))
    assert follow.parse_input("@-") == [1]


def test_what_does_not_exist_is_named(stack: Stack) -> None:
    with pytest.raises(CommandError, match="MACHINE: there is no state machine arn:aws:states:"):
        follow.run(stack, "words", "{}")
    with pytest.raises(CommandError, match="EXECUTION: there is no execution arn:aws:states:"):
        follow.follow(stack, EXECUTION)
