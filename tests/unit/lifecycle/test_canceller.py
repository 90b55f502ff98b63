"""Executions that end before their tasks do."""

from dataclasses import replace

import pytest
from tests.schemas.events.samples import execution_event, malformed
from tests.unit.composed import EXECUTION

from activity_dispatch.domain.jobs import JobId
from activity_dispatch.domain.outcomes import Succeeded
from activity_dispatch.domain.tasks import OutcomeName, task_id_of
from activity_dispatch.lifecycle.canceller import Canceller, ended_execution
from activity_dispatch.runtime.endings import make_canceller
from activity_dispatch.stepfunctions.history import open_polls


def event(status: object, **detail: object) -> dict:
    return execution_event({"executionArn": EXECUTION, "status": status, **detail})


@pytest.mark.parametrize("status", ["ABORTED", "TIMED_OUT", "FAILED"])
def test_an_execution_that_failed_is_recognized(status: str) -> None:
    assert ended_execution(event(status)) == EXECUTION


@pytest.mark.parametrize(
    "other",
    [
        event("SUCCEEDED"),
        event("RUNNING"),
        event("PENDING_REDRIVE"),
        malformed("states", {"executionArn": EXECUTION}),
        malformed("states", {"executionArn": EXECUTION, "status": ["ABORTED"]}),
        malformed("states", {"executionArn": None, "status": "ABORTED"}),
        malformed("ecs", {"executionArn": EXECUTION, "status": "ABORTED"}),
        malformed("states"),
        {},
    ],
)
def test_other_events_are_ignored(other: dict) -> None:
    assert ended_execution(other) is None


def started(number: int, worker: str) -> dict:
    details = {"workerName": worker}
    return {
        "id": number,
        "previousEventId": number - 1,
        "type": "ActivityStarted",
        "activityStartedEventDetails": details,
    }


def followed(number: int, kind: str, previous: int) -> dict:
    return {"id": number, "previousEventId": previous, "type": kind}


def test_a_history_shows_the_polls_of_tasks_without_an_outcome() -> None:
    polls = [f"6742f0000000000{number}" for number in range(4)]
    events = [
        started(1, f"{polls[0]} dispatcher"),
        started(2, f"{polls[1]} dispatcher"),
        started(3, f"{polls[2]} dispatcher"),
        started(4, f"{polls[3]} dispatcher"),
        started(5, "somebody else's worker"),
        {"id": 6, "previousEventId": 0, "type": "ActivityStarted", "activityStartedEventDetails": {}},
        followed(7, "ActivitySucceeded", 1),
        followed(8, "ActivityFailed", 2),
        followed(9, "ActivityTimedOut", 3),
        followed(10, "ExecutionAborted", 0),
    ]
    assert open_polls(iter(events)) == (polls[2], polls[3])


class Histories:
    """GetExecutionHistory of one execution: the events of its tasks."""

    def __init__(self) -> None:
        self.events: list[dict] = []

    def get_paginator(self, operation: str) -> "Histories":
        assert operation == "get_execution_history"
        return self

    def paginate(self, *, executionArn: str, includeExecutionData: bool, **_: object) -> list[dict]:  # noqa: N803
        assert (executionArn, includeExecutionData) == (EXECUTION, False)
        return [{"events": [event]} for event in self.events]


@pytest.fixture
def canceller(stack) -> Canceller:
    canceller: Canceller = replace(make_canceller(stack.runtime), stepfunctions=Histories())  # type: ignore[arg-type]
    return canceller


def dispatch(stack, canceller, *, waited_for: bool = False) -> str:
    """Dispatch a task, and abort its execution unless somebody waits for it; return its id."""
    scheduled = stack.stepfunctions.schedule(stack.arn)
    stack.dispatch()
    canceller.stepfunctions.events.append(
        started(len(canceller.stepfunctions.events) + 1, scheduled.worker_name)
    )
    if not waited_for:
        stack.stepfunctions.abort(scheduled)
    return task_id_of(scheduled.token)


def test_all_jobs_of_an_ended_execution_are_stopped(stack, canceller) -> None:
    ids = [dispatch(stack, canceller) for _ in range(3)]
    other = stack.stepfunctions.schedule(stack.arn)
    stack.dispatch()
    assert canceller.cancel_execution(EXECUTION) == 3
    assert set(stack.backend.stopped) == {JobId(f"fake-{task_id}") for task_id in ids}
    assert {stack.tasks.get(task_id).outcome for task_id in ids} == {OutcomeName.CANCELLED}
    assert stack.record_of(other).outcome is None


def test_an_event_delivered_twice_stops_running_jobs_again(stack, canceller) -> None:
    dispatch(stack, canceller)
    canceller.cancel_execution(EXECUTION)
    assert canceller.cancel_execution(EXECUTION) == 1
    assert len(stack.backend.stopped) == 1


def test_the_job_of_a_settled_task_is_left_alone(stack, canceller) -> None:
    task_id = dispatch(stack, canceller, waited_for=True)
    stack.settler.settle(task_id, stack.tasks.get(task_id).token, Succeeded(output="1"))
    assert canceller.cancel_execution(EXECUTION) == 0
    assert stack.backend.stopped == {}


def test_a_task_cancelled_during_its_start_is_stopped_by_the_dispatcher(stack, canceller) -> None:
    scheduled = stack.stepfunctions.schedule(stack.arn)

    def abort(task) -> None:
        events = canceller.stepfunctions.events
        events.append(started(1, scheduled.worker_name))
        stack.stepfunctions.abort(scheduled)
        assert canceller.cancel_execution(EXECUTION) == 1

    stack.backend.before_start = abort
    stack.dispatch()
    record = stack.record_of(scheduled)
    assert record.outcome is OutcomeName.CANCELLED
    assert set(stack.backend.stopped) == {record.job_id}


def test_a_job_whose_start_was_not_recorded_is_found_and_stopped(stack, canceller, monkeypatch) -> None:
    monkeypatch.setattr(stack.tasks, "record_started", lambda *_: True)
    task_id = dispatch(stack, canceller)
    assert stack.tasks.get(task_id).job_id is None
    canceller.cancel_execution(EXECUTION)
    assert set(stack.backend.stopped) == {JobId(f"fake-{task_id}")}
