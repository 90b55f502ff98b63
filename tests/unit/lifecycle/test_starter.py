"""Which starts are recorded, and what becomes of those that fail."""

import json
import logging

import pytest

from activity_dispatch.backends.base import StartRefused
from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.outcomes import ErrorName
from activity_dispatch.domain.tasks import TaskState
from activity_dispatch.testing.backend import FakeBackend
from activity_dispatch.testing.stepfunctions import client_error


def undescribed() -> FakeBackend:
    """Return a backend that, like Lambda's, cannot describe jobs."""
    return FakeBackend(describes_jobs=False, max_job_seconds=900)


def test_a_start_is_not_recorded_when_the_jobs_claim_will_record_it(stack) -> None:
    stack.backend = undescribed()
    scheduled = stack.stepfunctions.schedule(stack.arn)
    assert stack.dispatch() is Result.STARTED
    record = stack.record_of(scheduled)
    assert (record.state, record.job_id) == (TaskState.STARTING, None)


def test_a_repeated_start_is_recorded(stack) -> None:
    backend = undescribed()
    task = stack.task("token", "null")
    stack.tasks.add(task, "fake")
    stack.dispatcher.starter.start(stack.activity, backend, task, is_retry=True)
    assert stack.tasks.get(task.task_id).state is TaskState.STARTED


def raising(error: Exception):
    """Return a function that raises the error."""

    def fail(*_, **__):
        raise error

    return fail


LOST = StartRefused(ErrorName.DISPATCH_CAPACITY_UNAVAILABLE, "no answer", may_run=True)


def test_a_job_whose_answer_was_lost_is_found_at_once(stack) -> None:
    scheduled, start = stack.stepfunctions.schedule(stack.arn), stack.backend.start

    def lose(task):
        start(task)
        raise LOST

    stack.backend.start = lose
    assert stack.dispatch() is Result.STARTED
    record = stack.record_of(scheduled)
    assert (record.state, record.job_id) == (TaskState.STARTED, f"fake-{record.task_id}")


@pytest.mark.parametrize(
    "find", [lambda _: None, raising(client_error("AccessDenied", "ListTasks")), raising(RuntimeError("bug"))]
)
def test_a_task_whose_job_may_run_is_not_settled(stack, find) -> None:
    stack.change_activity(max_concurrent_jobs=1)
    scheduled = stack.stepfunctions.schedule(stack.arn)
    stack.backend.before_start, stack.backend.find = raising(LOST), find
    assert stack.dispatch() is Result.OPEN
    assert scheduled.answer is None
    assert stack.record_of(scheduled).state is TaskState.STARTING
    assert len(stack.slot_store.holders[stack.arn]) == 1


@pytest.mark.parametrize(
    "error",
    [RuntimeError("a lone \ud800 and \0"), UnicodeEncodeError("utf-8", "\ud800", 0, 1, "no"), KeyError("x")],
)
def test_an_unexpected_error_of_a_start_fails_the_task_and_its_job_is_looked_for(
    stack, error, caplog
) -> None:
    scheduled, start = stack.stepfunctions.schedule(stack.arn), stack.backend.start

    def start_then_fail(task):
        start(task)
        raise error

    stack.backend.start = start_then_fail
    assert stack.dispatch() is Result.REFUSED
    assert scheduled.answer["error"] == "Dispatch.InvalidRequest"
    message = json.loads(scheduled.answer["cause"])["message"]
    assert type(error).__name__ in message
    assert message == message.encode(errors="replace").decode().replace("\0", "")
    assert any(record.exc_info and record.levelno == logging.ERROR for record in caplog.records)
    # Not closed: the reconciler looks for the job and stops it.
    assert [task.state for task in stack.tasks.overview().tasks] == [TaskState.SETTLED]


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "no"), "Dispatch.InvalidRequest"),
        (client_error("ValidationException", "PutItem"), "Dispatch.InvalidRequest"),
        (client_error("InternalServerError", "PutItem", 500), "Dispatch.CapacityUnavailable"),
        (client_error("ThrottlingException", "PutItem"), "Dispatch.CapacityUnavailable"),
    ],
)
@pytest.mark.parametrize("is_written", [True, False])
def test_a_task_that_is_not_known_to_be_recorded_is_settled(
    stack, monkeypatch, error, name, is_written
) -> None:
    stack.change_activity(max_concurrent_jobs=1)
    scheduled, add = stack.stepfunctions.schedule(stack.arn), stack.tasks.add

    def lose(task, backend):
        if is_written:
            add(task, backend)
        raise error

    monkeypatch.setattr(stack.tasks, "add", lose)
    assert stack.dispatch() is Result.REFUSED
    assert scheduled.answer["error"] == name
    assert stack.tasks.overview().tasks == ()
    assert stack.slot_store.holders[stack.arn] == set()
    assert stack.backend.started == {}
