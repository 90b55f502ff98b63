"""Workers first: the dispatcher takes only tasks that no worker took in the time allowed."""

import json
from typing import Any

import pytest

from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.requests import DispatchRequest
from activity_dispatch.testing.executions import FakeTask
from activity_dispatch.testing.stepfunctions import client_error

AFTER = 30


class Clock:
    """Seconds since 1970; the tests advance it."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(stack) -> Clock:
    made = Clock()
    stack.stepfunctions.clock = made
    object.__setattr__(stack.dispatcher.workers_first, "clock", made)
    stack.change_activity(overflow_after_seconds=AFTER)
    return made


def request_of(stack, task: FakeTask, *, at: float | None = None) -> str:
    """Return the request that the task's execution sent."""
    at = task.scheduled_at - 0.1 if at is None else at
    return DispatchRequest(activity_arn=stack.arn, requested_by=task.execution_arn, requested_at=at).to_json()


def worker_takes(stack) -> None:
    assert stack.stepfunctions.get_activity_task(activityArn=stack.arn, workerName="mine")


def test_a_task_that_a_worker_has_taken_is_not_polled_for(stack, clock) -> None:
    task = stack.stepfunctions.schedule(stack.arn)
    worker_takes(stack)
    later = stack.stepfunctions.schedule(stack.arn)
    clock.now += AFTER
    assert stack.dispatcher.handle(request_of(stack, task)) is Result.LEFT
    # A poll would have taken the task that workers still have time for.
    assert later.worker_name is None
    assert stack.sqs.bodies == []


def test_a_task_that_no_worker_has_taken_is_started(stack, clock) -> None:
    task = stack.stepfunctions.schedule(stack.arn)
    clock.now += AFTER - 0.4
    assert stack.dispatcher.handle(request_of(stack, task)) is Result.STARTED
    assert stack.sqs.bodies == []


def test_a_request_that_comes_too_early_is_sent_again(stack, clock) -> None:
    task = stack.stepfunctions.schedule(stack.arn)
    clock.now += AFTER - 3
    body = request_of(stack, task)
    assert stack.dispatcher.handle(body) is Result.LEFT
    assert task.worker_name is None
    assert (stack.sqs.bodies, stack.sqs.delays) == ([body], [3])


def test_a_task_that_is_scheduled_late_is_waited_for(stack, clock) -> None:
    other = stack.stepfunctions.schedule("another activity")
    body = request_of(stack, other, at=clock.now)
    clock.now += AFTER
    assert stack.dispatcher.handle(body) is Result.LEFT
    assert (stack.sqs.bodies, stack.sqs.delays) == ([body], [2])
    clock.now += 61
    assert stack.dispatcher.handle(body) is Result.LEFT
    assert len(stack.sqs.bodies) == 1


def test_the_task_of_an_execution_that_has_ended_is_not_polled_for(stack, clock) -> None:
    task = stack.stepfunctions.schedule(stack.arn)
    stack.stepfunctions.abort(task)
    stack.stepfunctions.schedule(stack.arn)
    clock.now += AFTER
    assert stack.dispatcher.handle(request_of(stack, task)) is Result.LEFT


def test_a_request_whose_poll_returned_another_task_is_sent_again(stack, clock) -> None:
    first, second = (stack.stepfunctions.schedule(stack.arn) for _ in range(2))
    clock.now += AFTER
    body = request_of(stack, second)
    assert stack.dispatcher.handle(body) is Result.STARTED
    assert (first.worker_name is None, second.worker_name is None) == (False, True)
    # The first task's own request finds it taken.
    assert stack.dispatcher.handle(request_of(stack, first)) is Result.LEFT
    assert (stack.sqs.bodies, stack.sqs.delays) == ([body], [2])
    assert stack.dispatcher.handle(body) is Result.STARTED
    assert second.worker_name is not None


def test_the_activity_is_polled_when_its_history_may_not_be_read(stack, clock, caplog, monkeypatch) -> None:
    task = stack.stepfunctions.schedule(stack.arn)

    def refuse(**_: Any) -> None:
        raise client_error("AccessDeniedException", "GetExecutionHistory")

    monkeypatch.setattr(stack.stepfunctions, "get_execution_history", refuse)
    assert stack.dispatcher.handle(request_of(stack, task)) is Result.STARTED
    assert "AccessDeniedException" in caplog.text


def test_a_throttled_history_check_is_retried(stack, clock, monkeypatch) -> None:
    task = stack.stepfunctions.schedule(stack.arn)

    def throttle(**_: Any) -> None:
        raise client_error("ThrottlingException", "GetExecutionHistory")

    monkeypatch.setattr(stack.stepfunctions, "get_execution_history", throttle)
    assert stack.dispatcher.handle(request_of(stack, task)) is Result.RETRY
    assert task.worker_name is None


@pytest.mark.parametrize("fields", [{}, {"missed": True}])
def test_a_request_without_an_execution_polls(stack, clock, fields) -> None:
    stack.stepfunctions.schedule(stack.arn)
    body = json.dumps({"activity_arn": stack.arn, **fields})
    assert stack.dispatcher.handle(body) is Result.STARTED
