"""Fair shares of callback targets that also have a pool or a rate."""

import json
from dataclasses import replace
from typing import Any

import pytest

from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.activities import WakeUp
from activity_dispatch.domain.outcomes import Succeeded
from activity_dispatch.domain.shares import bucket_of
from activity_dispatch.domain.tasks import TaskState
from activity_dispatch.testing.executions import FakeTask

TARGET = "callback:work"


@pytest.fixture
def target(stack):
    """Return the stack with a target whose only limit is what `change` gives; `now` is its time."""

    def change(**changes: Any) -> None:
        stack.tasks.activities.clear()
        changes = {"share_key": "$.tenant", **changes}
        stack.serve(replace(served, arn=TARGET, wake_up=WakeUp.CALLBACK, **changes))
        stack.runtime.activities.ttl_seconds = 0.0

    served = replace(stack.activity, max_concurrent_jobs=None)
    stack.change = change
    stack.now = [1_000.0]
    stack.clock = lambda: stack.now[0]
    stack.pool_store.sizes["gpus"] = 2
    return stack


def hand_over(target, tenant: str) -> tuple[FakeTask, Result]:
    target.now[0] += 0.01
    task: FakeTask = target.stepfunctions.hand_over(json.dumps({"tenant": tenant}))
    body = {"callback": "work", "task_token": task.token, "input": task.input}
    return task, target.dispatcher.handle(json.dumps({**body, "execution_arn": task.execution_arn}))


def is_started(target, task: FakeTask) -> bool:
    return target.record_of(task).state is not TaskState.WAITING


def woken(target) -> list[str]:
    bodies: list[str] = list(target.sqs.bodies)
    target.sqs.bodies.clear()
    return bodies


def end_job(target, task: FakeTask) -> None:
    record = target.record_of(task)
    target.settler.settle(record.task_id, task.token, Succeeded(output="1"), release=record.slot_release)


@pytest.mark.parametrize("limit", [None, 1])
def test_the_room_of_a_pool_goes_to_the_shares_in_turn(target, limit) -> None:
    target.change(pool="gpus", weight=2, max_concurrent_jobs=limit)
    running, result = hand_over(target, "many")
    assert result is Result.STARTED
    many = [hand_over(target, "many") for _ in range(5)]
    few, result = hand_over(target, "few")
    assert {each for _, each in many} | {result} == {Result.WAITING}
    end_job(target, running)
    started: list[FakeTask] = []
    while len(started) < 2:
        (request,) = woken(target)
        assert target.dispatcher.handle(request) is Result.STARTED
        started += [task for task, _ in many if is_started(target, task) and task not in started]
        if is_started(target, few):
            started.append(few)
        if len(started) < 2:
            end_job(target, started[-1])
    assert few in started


def test_a_task_that_is_delayed_by_a_rate_has_its_turn(target) -> None:
    target.change(max_starts_per_second=0.2)
    assert hand_over(target, "many")[1] is Result.STARTED
    many, result = hand_over(target, "many")
    assert result is Result.DELAYED
    few, result = hand_over(target, "few")
    assert result is Result.DELAYED
    assert set(target.turn_store.ring(TARGET).joined) >= {bucket_of("many"), bucket_of("few")}
    for request in woken(target):
        target.now[0] += 6
        assert target.dispatcher.handle(request) is Result.STARTED
    assert is_started(target, many)
    assert is_started(target, few)


def test_who_waits_while_the_share_key_is_removed_is_started_by_the_freed_room(target) -> None:
    target.change(pool="gpus", weight=2)
    running, _ = hand_over(target, "many")
    waits, result = hand_over(target, "few")
    assert result is Result.WAITING
    target.change(pool="gpus", weight=2, share_key=None)
    end_job(target, running)
    (body,) = woken(target)
    assert target.dispatcher.handle(body) is Result.STARTED
    assert is_started(target, waits)
