"""Metrics: the latency of the dispatch, its errors, and each outcome once."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from activity_dispatch.backends.base import InvalidBackendConfig
from activity_dispatch.dispatch.dispatcher import Dispatcher
from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.outcomes import Cause, Failed, Succeeded
from activity_dispatch.domain.slot_release import SlotRelease
from activity_dispatch.observe.metrics import Metric

POLL = "6742f00000000001"


def at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def test_the_time_from_the_request_to_the_job_is_measured(stack) -> None:
    stack.stepfunctions.schedule(stack.arn)
    dispatcher = replace(stack.dispatcher, clock=lambda: 1_000_002.5)
    dispatcher.handle(stack.request(state_entered_at=at(1_000_001.25)))
    assert stack.metrics.of(Metric.DISPATCH_LATENCY) == [(1250.0, {"activity": "work"})]


@pytest.mark.parametrize("time", [None, 3, "", "yesterday", "+999999-01-01T00:00:00Z"])
def test_a_request_without_a_time_is_handled_but_not_measured(stack, time: object) -> None:
    stack.stepfunctions.schedule(stack.arn)
    assert stack.dispatch(state_entered_at=time) is Result.STARTED
    assert stack.metrics.of(Metric.DISPATCH_LATENCY) == []


def test_a_clock_that_is_behind_gives_no_negative_latency(stack) -> None:
    stack.stepfunctions.schedule(stack.arn)
    replace(stack.dispatcher, clock=lambda: 1_000_000.0).handle(stack.request(state_entered_at=at(1_000_009)))
    assert stack.metrics.of(Metric.DISPATCH_LATENCY) == [(0.0, {"activity": "work"})]


def test_only_dispatch_errors_are_counted(stack) -> None:
    stack.dispatcher.handle("no request")
    stack.dispatch()  # no task within the poll
    stack.stepfunctions.schedule(stack.arn, '{"job": {"image": "x"}}')
    stack.dispatch()

    def wrong(_: object) -> Any:
        raise InvalidBackendConfig("function_arn: None")

    Dispatcher(**{**vars(stack.dispatcher), "backend_of": wrong}).handle(stack.request())
    reasons = [properties["reason"] for _, properties in stack.metrics.of(Metric.DISPATCH_ERRORS)]
    assert reasons == ["DROPPED", "Dispatch.InvalidInput", "InvalidBackendConfig"]


@pytest.mark.parametrize("slot", [None, POLL])
@pytest.mark.parametrize(
    ("outcome", "metric", "properties"),
    [
        (Succeeded(output="1"), Metric.TASKS_SUCCEEDED, {}),
        (Failed(error="Job.Failed", cause=Cause(message="3")), Metric.TASKS_FAILED, {"error": "Job.Failed"}),
        (
            Failed(error="Report.TooLong", cause=Cause(message="3")),
            Metric.TASKS_FAILED,
            {"error": "other", "name": "Report.TooLong"},
        ),
        (None, Metric.TASKS_CANCELLED, {}),
    ],
)
def test_an_outcome_is_counted_once_when_the_job_has_ended(stack, slot, outcome, metric, properties) -> None:
    fake = stack.stepfunctions.schedule(stack.arn)
    task = replace(stack.task(fake.token, "1"), poll_id=POLL, holds_slot=slot is not None)
    stack.tasks.add(task, "fake")
    end = SlotRelease(activity_arn=stack.arn, slot=slot)
    if outcome is None:
        stack.settler.cancel(task.task_id)
    else:
        stack.settler.settle(task.task_id, fake.token, outcome)
    assert stack.metrics.recorded == []
    for _ in range(2):
        stack.settler.close(task.task_id, end)
    assert stack.metrics.recorded == [(metric, 1, {"activity": "work", **properties})]


def test_an_outcome_settled_by_the_jobs_end_is_counted_once(stack) -> None:
    fake = stack.stepfunctions.schedule(stack.arn)
    task = stack.task(fake.token, "1")
    stack.tasks.add(task, "fake")
    for _ in range(2):
        stack.settler.settle(task.task_id, fake.token, Succeeded(output="1"), release=task.slot_release)
    assert stack.metrics.recorded == [(Metric.TASKS_SUCCEEDED, 1, {"activity": "work"})]
