"""A drain waits for the jobs of what Terraform destroys, and for nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from activity_dispatch.domain.activities import WakeUp
from activity_dispatch.domain.tasks import Task, TaskState, task_id_of
from activity_dispatch.reconcile.drain import (
    MARGIN_SECONDS,
    SETTLING_SECONDS,
    STALE_SECONDS,
    Drain,
    DrainRequest,
    InvalidDrain,
    StillOpen,
)
from activity_dispatch.testing.stack import ARN
from activity_dispatch.testing.stepfunctions import client_error

LIMIT_SECONDS = 300.0


@dataclass(kw_only=True)
class Draining:
    """A drain whose sleeps advance the clock; `at` says what happens when that many seconds are over."""

    stack: Any
    now: list[float]
    at: dict[float, Callable[[], object]] = field(default_factory=dict)

    def run(self, arn: str = ARN, backend: str = "fake", action: str = "delete") -> float:
        """Return for how long it waited."""
        began, now = self.now[0], self.now

        def sleep(seconds: float) -> None:
            now[0] += seconds
            for due in [each for each in self.at if now[0] - began >= each]:
                self.at.pop(due)()

        drain = Drain(tasks=self.stack.tasks, clock=lambda: now[0], sleep=sleep)
        request = DrainRequest(activities=frozenset({arn}), backend=backend, action=action)
        waited = drain.run(request, lambda: began + LIMIT_SECONDS - now[0])["waited_seconds"]
        assert waited == round(now[0] - began)
        return now[0] - began


@pytest.fixture
def draining(stack, now) -> Draining:
    return Draining(stack=stack, now=now)


@pytest.fixture
def removed(stack, dispatched) -> str:
    """Return the id of an open task whose activity is not described any more."""
    del stack.tasks.activities[ARN]
    return task_id_of(dispatched.token)


def close(stack, task_id: str) -> Callable[[], None]:
    record = stack.tasks.records[task_id]
    return lambda: stack.tasks.records.update({task_id: replace(record, poll_id=None)})


def test_without_open_tasks_a_removal_takes_a_moment(stack, draining) -> None:
    del stack.tasks.activities[ARN]
    assert draining.run() == SETTLING_SECONDS


@pytest.mark.parametrize("seconds", [1.0, 30.0, 200.0])
def test_it_ends_with_the_last_open_task(stack, draining, removed, seconds: float) -> None:
    draining.at[seconds] = close(stack, removed)
    assert seconds <= draining.run() <= seconds + 6


def test_a_settled_task_is_open_until_its_job_has_ended(stack, draining, removed) -> None:
    record = stack.tasks.records[removed]
    stack.tasks.records[removed] = replace(record, state=TaskState.SETTLED)
    with pytest.raises(StillOpen):
        draining.run()


def test_when_its_time_is_over_it_says_what_is_open_and_what_to_do(draining, removed) -> None:
    with pytest.raises(StillOpen) as raised:
        draining.run()
    waited = LIMIT_SECONDS - MARGIN_SECONDS - 5
    assert f"tasks are open on fake: {ARN.rpartition(':')[2]} has 1, after {waited:.0f} s" in str(
        raised.value
    )
    assert "Apply or destroy again once they have ended." in str(raised.value)


@pytest.mark.parametrize("action", ["create", "update"])
def test_only_a_delete_waits(draining, removed, action: str) -> None:
    assert draining.run(action=action) == 0


@pytest.mark.parametrize(("arn", "backend"), [(f"{ARN}-2", "fake"), (ARN, "batch")])
def test_other_tasks_are_not_waited_for(draining, removed, arn: str, backend: str) -> None:
    assert draining.run(arn, backend) == SETTLING_SECONDS


def test_a_record_of_0_1_0_has_the_former_name(stack, draining, removed) -> None:
    record = replace(stack.tasks.records[removed], backend="fargate", description=None)
    stack.tasks.records[removed] = record
    draining.at[20] = close(stack, removed)
    assert draining.run(backend="ecs") >= 20


def test_a_callback_s_task_that_waits_has_no_job(stack, draining) -> None:
    arn = "callback:words"
    activity = stack.serve(replace(stack.activity, arn=arn, wake_up=WakeUp.CALLBACK))
    stack.tasks.park(
        Task(activity_arn=arn, token="token", input="1", heartbeat_seconds=300), activity.backend
    )
    del stack.tasks.activities[arn]
    assert draining.run(arn) == SETTLING_SECONDS


def test_moved_tasks_of_the_old_description_are_waited_for(stack, draining, dispatched) -> None:
    stack.change_activity(backend="other", config={"elsewhere": True})
    draining.at[200] = close(stack, task_id_of(dispatched.token))
    assert draining.run() >= 200


def test_tasks_of_the_new_description_run_elsewhere(stack, draining, dispatched) -> None:
    moved = stack.change_activity(config={"elsewhere": True})
    record = stack.tasks.records[task_id_of(dispatched.token)]
    stack.tasks.records[task_id_of(dispatched.token)] = replace(record, description=moved.fingerprint)
    assert draining.run() < STALE_SECONDS + 6


def test_after_a_move_a_dispatcher_may_still_take_a_task_with_the_old_description(
    stack, draining, dispatched
) -> None:
    taken = stack.tasks.records.pop(task_id_of(dispatched.token))
    stack.change_activity(config={"elsewhere": True})
    draining.at[130] = lambda: stack.tasks.records.update({taken.task_id: taken})
    draining.at[170] = lambda: stack.tasks.records.pop(taken.task_id)
    assert draining.run() >= 170


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "InternalServerError"])
def test_a_throttled_look_is_repeated(stack, draining, removed, monkeypatch, code: str) -> None:
    looks, overview = [client_error(code, "Scan")] * 3, stack.tasks.overview

    def look() -> Any:
        if looks:
            raise looks.pop()
        return overview()

    monkeypatch.setattr(stack.tasks, "overview", look)
    draining.at[20] = close(stack, removed)
    assert 20 <= draining.run() <= 26


def test_a_refused_look_is_an_error_at_once(stack, draining, monkeypatch) -> None:
    def look() -> Any:
        raise client_error("AccessDeniedException", "Scan")

    monkeypatch.setattr(stack.tasks, "overview", look)
    with pytest.raises(Exception, match="AccessDenied"):
        draining.run()


def test_looks_that_all_fail_are_no_empty_ones(stack, draining, monkeypatch) -> None:
    def look() -> Any:
        raise client_error("ThrottlingException", "Scan")

    monkeypatch.setattr(stack.tasks, "overview", look)
    with pytest.raises(StillOpen, match="no look at the task table succeeded"):
        draining.run()


@pytest.mark.parametrize("event", [None, {}, "drain", {"source": "aws.events"}, {"tf": {"action": "delete"}}])
def test_other_events_ask_for_a_pass(event: object) -> None:
    assert DrainRequest.from_event(event) is None


def test_terraform_s_event_is_read() -> None:
    event = {
        "drain": {"activities": [ARN], "backend": "ecs"},
        "tf": {"action": "delete", "prev_input": None},
    }
    expected = DrainRequest(activities=frozenset({ARN}), backend="ecs", action="delete")
    assert DrainRequest.from_event(event) == expected


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({"drain": None}, "drain.activities"),
        ({"drain": {"activities": [], "backend": "ecs"}, "tf": {"action": "delete"}}, "drain.activities"),
        ({"drain": {"activities": [1], "backend": "ecs"}, "tf": {"action": "delete"}}, "drain.activities"),
        ({"drain": {"activities": [ARN]}, "tf": {"action": "delete"}}, "drain.backend"),
        ({"drain": {"activities": [ARN], "backend": "ecs"}}, "tf.action"),
    ],
)
def test_a_malformed_request_names_the_field(event: object, field: str) -> None:
    with pytest.raises(InvalidDrain, match=field):
        DrainRequest.from_event(event)
