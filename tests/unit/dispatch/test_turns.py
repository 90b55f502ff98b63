"""Fair shares: slots go in turn to those who wait."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.dispatch.results import Result
from activity_dispatch.dispatch.turns import MAX_LOST_TURNS, SETTLED_MS
from activity_dispatch.domain.activities import WakeUp
from activity_dispatch.domain.outcomes import Succeeded
from activity_dispatch.domain.requests import DispatchRequest
from activity_dispatch.domain.shares import UNSHARED, bucket_of
from activity_dispatch.reconcile.assembly import make_reconciler
from activity_dispatch.testing.executions import FakeTask

TARGET = "callback:work"
ANY = DispatchRequest(activity_arn=TARGET).to_json()


@pytest.fixture
def target(stack):
    """Return the stack with a callback target with one slot; `now` is its time."""

    def make(**changes: Any) -> None:
        stack.tasks.activities.clear()
        given = {"max_concurrent_jobs": 1, "share_key": "$.tenant", **changes}
        stack.serve(replace(served, arn=TARGET, wake_up=WakeUp.CALLBACK, **given))
        stack.runtime.activities.ttl_seconds = 0.0

    served = stack.activity
    stack.target = make
    stack.now = [1_000.0]
    stack.clock = lambda: stack.now[0]
    make()
    return stack


def hand_over(target, tenant: str | None) -> FakeTask:
    """Hand over a task, which finds no free slot unless it is the first one; return it."""
    target.now[0] += 0.01
    task: FakeTask = target.stepfunctions.hand_over(
        "{}" if tenant is None else json.dumps({"tenant": tenant})
    )
    target.dispatcher.handle(body(task))
    return task


def body(task: FakeTask) -> str:
    document = {"callback": "work", "task_token": task.token, "input": task.input}
    return json.dumps({**document, "execution_arn": task.execution_arn})


def end_job(target, task: FakeTask) -> list[str]:
    """End a task's job; return the requests that this wakes."""
    record = target.record_of(task)
    target.settler.settle(record.task_id, task.token, Succeeded(output="1"), release=record.slot_release)
    woken: list[str] = list(target.sqs.bodies)
    target.sqs.bodies.clear()
    return woken


def pass_of_the_reconciler(target) -> list[str]:
    """Let it pass two minutes later; return its requests for the waiting tasks."""
    target.now[0] += 120
    make_reconciler(target.runtime, threads=1, heartbeats=RateLimit(per_second=1_000_000)).run()
    requests: list[str] = list(target.sqs.bodies)
    target.sqs.bodies.clear()
    return requests


def started_order(target, tasks: Sequence[FakeTask]) -> list[FakeTask]:
    """Let each job end as soon as it runs; return the tasks as they were started."""
    order: list[FakeTask] = []
    for _ in tasks:
        (running,) = [task for task in tasks if target.record_of(task).state == "started"]
        order.append(running)
        for request in end_job(target, running):
            assert target.dispatcher.handle(request) is Result.STARTED
    return order


def test_a_slot_goes_to_each_share_in_turn(target) -> None:
    many = [hand_over(target, "many") for _ in range(9)]
    few = [hand_over(target, "few") for _ in range(2)]
    order = started_order(target, [*many, *few])
    assert max(order.index(task) for task in few) <= 4
    assert [task for task in order if task in many] == many
    assert [task for task in order if task in few] == few


def test_without_a_share_key_the_oldest_task_gets_the_slot(target) -> None:
    target.target(share_key=None)
    tasks = [hand_over(target, tenant) for tenant in ("many", "many", "many", "few")]
    assert started_order(target, tasks) == tasks
    assert target.turn_store.joined == {}


def test_a_task_that_finds_a_free_slot_and_nobody_waiting_costs_no_write_of_the_ring(target) -> None:
    target.target(max_concurrent_jobs=9)
    for tenant in ("a", "b", "a"):
        hand_over(target, tenant)
    assert len(target.backend.started) == 3
    assert target.turn_store.joined == {}


def test_a_request_with_a_slot_gives_its_turn_to_another_share(target) -> None:
    running, waiting = hand_over(target, "many"), hand_over(target, "few")
    (woken,) = end_job(target, running)
    newer = hand_over(target, "many")
    states = [target.record_of(task).state for task in (waiting, newer)]
    assert sorted(states) == ["started", "waiting"]
    assert target.dispatcher.handle(woken) is Result.WAITING
    left = [task for task in (waiting, newer) if target.record_of(task).state == "waiting"]
    started = waiting if left == [newer] else newer
    (woken,) = end_job(target, started)
    assert target.dispatcher.handle(woken) is Result.STARTED
    assert target.record_of(left[0]).state == "started"


def test_tasks_without_a_value_are_a_share_of_their_own(target) -> None:
    running = hand_over(target, "many")
    tasks = [hand_over(target, tenant) for tenant in ("many", "many", None)]
    order = started_order(target, [running, *tasks])
    assert order.index(tasks[-1]) <= 2
    assert set(target.turn_store.joined[TARGET]) == {bucket_of("many"), bucket_of("")}


def test_each_execution_can_be_a_share(target) -> None:
    target.target(share_key="execution")
    tasks = [hand_over(target, None) for _ in range(3)]
    assert {target.record_of(task).bucket for task in tasks[1:]} == {
        bucket_of(task.execution_arn) for task in tasks[1:]
    }
    assert len(started_order(target, tasks)) == 3


def test_a_share_without_waiting_tasks_leaves_the_ring_once_the_index_must_have_them(target) -> None:
    running, waiting = hand_over(target, "a"), hand_over(target, "b")
    (woken,) = end_job(target, running)
    target.dispatcher.handle(woken)
    assert target.turn_store.joined[TARGET].keys() == {bucket_of("b")}
    end_job(target, waiting)
    target.now[0] += SETTLED_MS / 1000 + 1
    assert target.dispatcher.handle(ANY) is Result.NO_TASK
    assert target.turn_store.joined[TARGET] == {}
    assert target.slot_store.holders[TARGET] == set()


def test_a_share_that_joins_meanwhile_stays(target, monkeypatch) -> None:
    target.turn_store.join(TARGET, "001")
    target.now[0] += 60
    monkeypatch.setattr(target.tasks, "waiting", lambda *_: target.turn_store.join(TARGET, "001") or [])
    assert target.dispatcher.handle(ANY) is Result.NO_TASK
    assert set(target.turn_store.joined[TARGET]) == {"001"}


def test_a_turn_that_another_dispatcher_took_is_not_taken_again(target, monkeypatch) -> None:
    running = hand_over(target, "a")
    tasks = [hand_over(target, tenant) for tenant in ("a", "b", "c")]
    take_turn, others = target.turn_store.take_turn, list[str]()

    def another_first(arn: str, bucket: str, last: str | None) -> bool:
        if not others:
            others.append(bucket)
            take_turn(arn, bucket, last)
        return bool(take_turn(arn, bucket, last))

    monkeypatch.setattr(target.turn_store, "take_turn", another_first)
    (woken,) = end_job(target, running)
    assert target.dispatcher.handle(woken) is Result.STARTED
    (started,) = [task for task in tasks if target.record_of(task).state == "started"]
    assert target.turn_store.last[TARGET] != others[0]
    assert bucket_of(json.loads(started.input)["tenant"]) == target.turn_store.last[TARGET]


def test_a_slot_is_used_even_if_every_turn_is_lost(target, monkeypatch) -> None:
    running = hand_over(target, "a")
    for tenant in ("a", "b"):
        hand_over(target, tenant)
    lost: list[str] = []
    monkeypatch.setattr(target.turn_store, "take_turn", lambda _arn, bucket, _last: lost.append(bucket))
    (woken,) = end_job(target, running)
    assert target.dispatcher.handle(woken) is Result.STARTED
    assert len(lost) == MAX_LOST_TURNS + 1


def test_a_task_that_cannot_be_taken_holds_up_no_other_share(target) -> None:
    running, gone, waiting = (hand_over(target, tenant) for tenant in ("a", "a", "b"))
    target.stepfunctions.abort(gone)
    (woken,) = end_job(target, running)
    assert target.dispatcher.handle(woken) is Result.STARTED
    assert target.record_of(waiting).state == "started"


def test_tasks_that_waited_before_there_was_a_share_key_get_their_turn(target) -> None:
    target.target(share_key=None)
    running, old = hand_over(target, "many"), hand_over(target, "many")
    target.target()
    newer = [hand_over(target, "many") for _ in range(3)]
    pass_of_the_reconciler(target)
    assert set(target.turn_store.joined[TARGET]) == {bucket_of("many"), UNSHARED}
    order = started_order(target, [running, old, *newer])
    assert order.index(old) <= 2


def test_a_bucket_that_left_the_ring_too_early_joins_again(target) -> None:
    running, waiting = hand_over(target, "a"), hand_over(target, "b")
    target.turn_store.joined.clear()
    pass_of_the_reconciler(target)
    assert set(target.turn_store.joined[TARGET]) == {bucket_of("b")}
    (woken,) = end_job(target, running)
    assert target.dispatcher.handle(woken) is Result.STARTED
    assert target.record_of(waiting).state == "started"


@pytest.mark.parametrize("is_lost", [False, True])
def test_tasks_that_waited_when_the_share_key_was_removed_are_started(target, is_lost: bool) -> None:
    running, waiting = hand_over(target, "a"), hand_over(target, "b")
    target.target(share_key=None)
    (request,) = end_job(target, running)
    if is_lost:
        (request,) = pass_of_the_reconciler(target)
        assert json.loads(request) == {"activity_arn": TARGET, "share": bucket_of("b")}
    assert target.dispatcher.handle(request) is Result.STARTED
    assert target.record_of(waiting).state == "started"


def seconds_of_few(target, many: int) -> int:
    """Let each job take a second; return when the last of five tasks ends that come behind `many` others."""
    target.target(max_concurrent_jobs=4)
    others = [hand_over(target, "many") for _ in range(many)]
    few = [hand_over(target, "few") for _ in range(5)]
    for second in range(1, many + 6):
        target.now[0] += 1
        running = [task for task in [*others, *few] if target.record_of(task).state == "started"]
        for request in [request for task in running for request in end_job(target, task)]:
            target.dispatcher.handle(request)
        if all(target.record_of(task).state == "settled" for task in few):
            return second
    raise AssertionError("the few tasks never end")


def test_five_tasks_behind_five_hundred_take_at_most_twice_as_long_as_alone(stack, target) -> None:
    alone = seconds_of_few(target, many=0)
    # Their first ones wait until the jobs that run have ended.
    assert seconds_of_few(target, many=500) <= 2 * alone
