"""Redriven executions: nothing but their event announces their tasks."""

import json

import pytest
from tests.schemas.events.samples import execution_event, malformed
from tests.unit.composed import EXECUTION

from activity_dispatch.domain.activities import WakeUp
from activity_dispatch.report.redriver import MAX_REQUESTS, Redriver, make_redriver, redriven_execution
from activity_dispatch.stepfunctions.reruns import tasks_to_rerun

REDRIVEN = {"executionArn": EXECUTION, "status": "RUNNING", "redriveCount": 1}


def event(**detail: object) -> dict:
    return execution_event({**REDRIVEN, **detail})


def test_a_redrive_is_recognized() -> None:
    assert redriven_execution(event()) == redriven_execution(event(redriveCount=7)) == EXECUTION


@pytest.mark.parametrize(
    "other",
    [
        event(redriveCount=0),
        event(status="FAILED"),
        malformed("states", {**REDRIVEN, "redriveCount": None}),
        malformed("states", {**REDRIVEN, "redriveCount": "1"}),
        malformed("ecs", REDRIVEN),
        malformed("states", {"status": "RUNNING", "redriveCount": 1}),
        malformed("states"),
        {},
    ],
)
def test_other_events_are_ignored(other: dict) -> None:
    assert redriven_execution(other) is None


class History:
    """Events, each after the one before unless it says otherwise."""

    def __init__(self) -> None:
        self.events: list[dict] = []

    def add(self, kind: str, previous: int | None = None, **details: object) -> int:
        number = len(self.events) + 1
        previous = number - 1 if previous is None else previous
        self.events.append({"id": number, "previousEventId": previous, "type": kind, **details})
        return number

    def schedule(self, arn: str, previous: int = 0) -> int:
        return self.add("ActivityScheduled", previous, activityScheduledEventDetails={"resource": arn})

    def run(self, arn: str, end: str, previous: int = 0) -> int:
        self.schedule(arn, previous)
        self.add("ActivityStarted")
        return self.add(end)


def test_tasks_that_failed_or_were_open_are_run_again() -> None:
    history = History()
    for end in ("ActivitySucceeded", "ActivityFailed", "ActivityTimedOut"):
        history.run("a", end)
    history.schedule("a")
    history.schedule("b")
    history.add("ActivityStarted")
    history.add("ExecutionFailed")
    assert tasks_to_rerun(history.events) == {"a": 3, "b": 1}


def test_an_activity_without_such_tasks_gets_one_request_to_be_safe() -> None:
    history = History()
    history.run("a", "ActivitySucceeded")
    assert tasks_to_rerun(history.events) == {"a": 1}
    assert tasks_to_rerun([]) == {}


def test_a_retried_and_a_caught_error_are_not_run_again() -> None:
    history = History()
    failed = history.run("a", "ActivityFailed")
    failed = history.run("a", "ActivityFailed", previous=failed)
    history.add("TaskStateExited", failed)
    history.run("a", "ActivityFailed")
    history.add("ExecutionFailed")
    assert tasks_to_rerun(history.events) == {"a": 1}


def test_each_round_runs_again_what_the_rounds_before_left() -> None:
    history = History()
    for _ in range(4):
        history.run("a", "ActivityFailed")
    history.add("ExecutionFailed")
    history.add("ExecutionRedriven")
    assert tasks_to_rerun(history.events) == {"a": 4}
    history.run("a", "ActivitySucceeded")
    history.run("a", "ActivityFailed")
    history.add("ExecutionFailed")
    history.add("ExecutionRedriven")
    # The other two were not scheduled at all before the second round failed.
    assert tasks_to_rerun(history.events) == {"a": 3}
    history.schedule("a")
    assert tasks_to_rerun(history.events) == {"a": 3}


@pytest.fixture
def redriver(stack) -> Redriver:
    return make_redriver(stack.runtime)


def sent(stack) -> list[dict]:
    return [json.loads(body) for body in stack.sqs.bodies]


def test_the_tasks_of_a_redriven_execution_are_taken(stack, redriver) -> None:
    failed = stack.stepfunctions.schedule(stack.arn)
    assert redriver.ask(failed.execution_arn) == 1
    (request,) = sent(stack)
    assert request == {"activity_arn": stack.arn, "missed": True, "execution_arn": failed.execution_arn}


@pytest.mark.parametrize("wake_up", [WakeUp.POLL, WakeUp.LOGS])
def test_activities_that_need_no_requests_get_none(stack, redriver, wake_up) -> None:
    stack.change_activity(wake_up=wake_up)
    assert redriver.ask(stack.stepfunctions.schedule(stack.arn).execution_arn) == 0
    assert sent(stack) == []


def test_another_stacks_activities_get_none(stack, redriver) -> None:
    assert redriver.ask(stack.stepfunctions.schedule(stack.arn + "-other").execution_arn) == 0


def test_workers_of_a_hybrid_activity_have_their_head_start(stack, redriver) -> None:
    now = 1_000_000.0
    stack.clock = lambda: now
    stack.change_activity(overflow_after_seconds=30)
    scheduled = stack.stepfunctions.schedule(stack.arn)
    redriver.ask(scheduled.execution_arn)
    # Its task may be scheduled only now: without a time, that would look as if workers had taken it.
    assert "state_entered_at" in sent(stack)[0]
    stack.dispatcher.handle(stack.sqs.bodies.pop())
    assert stack.backend.started == {}
    now += 31
    stack.dispatcher.handle(stack.sqs.bodies.pop())
    assert len(stack.backend.started) == 1


def test_many_tasks_get_as_many_requests_up_to_a_limit(stack, redriver, monkeypatch) -> None:
    history = History()
    for _ in range(MAX_REQUESTS + 50):
        history.run(stack.arn, "ActivityFailed")
    monkeypatch.setattr(stack.stepfunctions, "get_execution_history", lambda **_: {"events": history.events})
    assert redriver.ask(EXECUTION) == MAX_REQUESTS
    assert sum("missed" in request for request in sent(stack)) == 1
