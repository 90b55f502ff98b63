"""Activities that share a pool, and activities with a rate, from the request to the end of the job."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.composed import SETTINGS, Composed

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.activities import WakeUp
from activity_dispatch.domain.invocation import Invocation, payload_of
from activity_dispatch.domain.outcomes import Succeeded
from activity_dispatch.domain.pools import PUT_OFF_SECONDS
from activity_dispatch.reconcile.assembly import make_reconciler
from activity_dispatch.store.rates import Mark
from activity_dispatch.testing.stack import ARN
from activity_dispatch.worker.lambda_function import make_processor

LIGHT = ARN + "-light"
# As the reconciler asks, for no execution.
MISSED = {"missed": True, "execution_arn": None}


@pytest.fixture
def now() -> list[float]:
    return [1_700_000_000.0]


@pytest.fixture
def stack(now) -> Composed:
    """A pool of 4 slots, with an activity of weight 3 and one of weight 1."""
    stack = Composed(clock=lambda: now[0])
    stack.pool_store.sizes["gpus"] = 4
    heavy = stack.change_activity(pool="gpus", weight=3)
    stack.serve(replace(heavy, arn=LIGHT, name="light", weight=1))
    return stack


def start(stack: Composed, arn: str = ARN) -> Any:
    """Schedule a task and dispatch it."""
    task = stack.stepfunctions.schedule(arn, "{}")
    assert stack.dispatch(activity_arn=arn) is Result.STARTED
    return task


def end(stack: Composed, task: Any) -> None:
    """End the task's job."""
    record = stack.record_of(task)
    stack.settler.settle(record.task_id, task.token, Succeeded(output="1"), release=record.slot_release)


def sent(stack: Composed) -> list[dict[str, Any]]:
    """Return the requests sent since the last call."""
    bodies = [json.loads(body) for body in stack.sqs.bodies]
    stack.sqs.bodies.clear()
    return bodies


def used(stack: Composed) -> int:
    return stack.pool_store.read_pool("gpus").used


def test_a_job_holds_its_weight_until_it_ends(stack) -> None:
    heavy, light = start(stack), start(stack, LIGHT)
    assert used(stack) == 4
    stack.stepfunctions.schedule(LIGHT, "{}")
    assert stack.dispatch(activity_arn=LIGHT) is Result.WAITING
    assert sent(stack) == []
    end(stack, heavy)
    assert [each["activity_arn"] for each in sent(stack)] == [LIGHT]
    assert stack.dispatch(activity_arn=LIGHT) is Result.STARTED
    end(stack, light)
    assert used(stack) == 1


def test_a_task_is_released_where_it_reserved_although_the_activity_has_changed(stack) -> None:
    task = start(stack)
    stack.change_activity(pool=None, weight=1)
    end(stack, task)
    assert used(stack) == 0


def test_slot_and_room_are_both_held_or_neither(stack) -> None:
    stack.change_activity(max_concurrent_jobs=1)
    lights = [start(stack, LIGHT) for _ in range(2)]
    assert stack.dispatch() is Result.WAITING
    assert stack.slot_store.holders[ARN] == set()
    for light in lights:
        end(stack, light)
    assert [each["activity_arn"] for each in sent(stack)] == [ARN]
    heavy = start(stack)
    assert len(stack.slot_store.holders[ARN]) == 1
    assert stack.dispatch() is Result.WAITING
    assert used(stack) == 3
    end(stack, heavy)
    assert (used(stack), stack.slot_store.holders[ARN]) == (0, set())


def test_a_poll_in_vain_holds_its_room_for_its_minute_only(stack) -> None:
    # Not NO_TASK, after which SQS would deliver the request again.
    assert stack.dispatch() is Result.LEFT
    assert used(stack) == 0
    assert sent(stack) == []


def test_a_missed_request_without_room_is_dropped_and_never_woken(stack, now) -> None:
    lights = [start(stack, LIGHT) for _ in range(4)]
    for _ in range(3):
        assert stack.dispatch(**MISSED) is Result.WAITING
        now[0] += 900
    assert stack.pool_store.read_pool("gpus").waiting == 0
    for light in lights:
        end(stack, light)
    assert sent(stack) == []
    assert used(stack) == 0


def test_the_task_of_a_redriven_execution_waits_in_line(stack) -> None:
    lights = [start(stack, LIGHT) for _ in range(4)]
    redriven = stack.stepfunctions.schedule(ARN, "{}")
    # As the redriver asks: it repeats itself while it finds tasks.
    asked = {"missed": True, "execution_arn": redriven.execution_arn}
    assert stack.dispatch(**asked) is Result.WAITING
    for light in lights:
        end(stack, light)
    assert [each["activity_arn"] for each in sent(stack)] == [ARN]
    assert stack.dispatch() is Result.STARTED


def test_missed_tasks_are_looked_for_at_last_however_busy_the_pool_is(stack, now) -> None:
    lights = [start(stack, LIGHT) for _ in range(4)]
    for _ in range(2):
        assert stack.dispatch(**MISSED) is Result.WAITING
        now[0] += PUT_OFF_SECONDS
    for light in lights[:3]:
        assert stack.dispatch(activity_arn=LIGHT) is Result.WAITING
        end(stack, light)
    assert [each["activity_arn"] for each in sent(stack) if each.get("missed")] == [ARN]
    missed = stack.stepfunctions.schedule(ARN, "{}")
    assert stack.dispatch(**MISSED) is Result.STARTED
    assert stack.record_of(missed).pool == "gpus"


def test_an_unknown_pool_costs_no_task(stack) -> None:
    stack.change_activity(pool="licences")
    stack.stepfunctions.schedule(ARN, "{}")
    assert stack.dispatch() is Result.RETRY
    assert len(stack.stepfunctions.activities[ARN]) == 1


def test_a_function_asks_for_the_release_of_its_room(stack) -> None:
    task = start(stack)
    record = stack.record_of(task)
    event = json.loads(payload_of(record.to_task()))
    release = Invocation.from_event(event).release
    assert release == record.slot_release
    processor = make_processor(lambda _: 1, stack.runtime)
    processor.settler.settle(record.task_id, task.token, Succeeded(output="1"), release=release)
    assert used(stack) == 3
    (request,) = sent(stack)
    assert stack.dispatcher.handle(json.dumps(request)) is Result.FREED
    assert used(stack) == 0


def test_a_job_that_has_not_ended_frees_nothing(stack) -> None:
    record = stack.record_of(start(stack))
    freed = {"pool": "gpus", "holder": record.poll_id}
    assert stack.dispatch(freed=freed) is Result.DROPPED
    assert used(stack) == 3
    assert stack.dispatch(freed={"pool": "gpus", "holder": "x"}) is Result.DROPPED


def reconcile(stack: Composed) -> None:
    settings = replace(SETTINGS, missed_task_poll_seconds=900)
    runtime = replace(stack.runtime, settings=settings)
    make_reconciler(runtime, threads=1, heartbeats=RateLimit(per_second=1e9)).run()


def test_the_reconciler_frees_what_a_lost_poll_holds_and_wakes_who_waits(stack, now) -> None:
    assert stack.taker("lost").reserve(stack.activity)
    stack.stepfunctions.schedule(ARN, "{}")
    assert stack.dispatch() is Result.WAITING
    reconcile(stack)
    assert used(stack) == 3
    now[0] += 200
    sent(stack)
    reconcile(stack)
    assert [each for each in sent(stack) if not each.get("missed")] == [{"activity_arn": ARN}]
    assert stack.dispatch() is Result.STARTED


def test_a_request_without_a_start_is_sent_again_later(stack) -> None:
    stack.change_activity(pool=None, max_starts_per_second=0.2)
    start(stack)
    stack.stepfunctions.schedule(ARN, "{}")
    assert stack.dispatch(execution_arn="arn:e") is Result.DELAYED
    assert sent(stack) == [{"activity_arn": ARN, "execution_arn": "arn:e"}]
    assert stack.sqs.delays == [1]
    assert len(stack.stepfunctions.activities[ARN]) == 1


def test_callback_targets_have_rates_and_pools_too(stack) -> None:
    target = "callback:target"
    stack.serve(
        replace(stack.activity, arn=target, wake_up=WakeUp.CALLBACK, max_starts_per_second=0.2, weight=4)
    )
    results = []
    for number in range(2):
        task = stack.stepfunctions.schedule("", "{}")
        body = {"callback": "target", "task_token": task.token, "input": "{}"}
        body["execution_arn"] = f"arn:aws:states:eu-west-1:000000000000:execution:machine:{number}"
        results.append(stack.dispatcher.handle(json.dumps(body)))
    assert results == [Result.STARTED, Result.DELAYED]
    assert used(stack) == 4
    # Its task waits in the table, and the new message does not hold its token.
    assert sent(stack) == [{"activity_arn": target, "execution_arn": body["execution_arn"]}]


def test_the_reconciler_sends_no_second_request_for_a_task_whose_own_is_to_come(stack, now) -> None:
    target = "callback:target"
    stack.serve(
        replace(stack.activity, arn=target, wake_up=WakeUp.CALLBACK, pool=None, max_starts_per_second=0.01)
    )
    for number in range(3):
        task = stack.stepfunctions.schedule("", "{}")
        body = {"callback": "target", "task_token": task.token, "input": "{}"}
        body["execution_arn"] = f"arn:aws:states:eu-west-1:000000000000:execution:machine:{number}"
        stack.dispatcher.handle(json.dumps(body))
    sent(stack)
    now[0] += 100
    reconcile(stack)
    assert [each for each in sent(stack) if each["activity_arn"] == target] == []
    now[0] = stack.rate_store.read(target, Mark.RETRY) + 1
    reconcile(stack)
    assert [each for each in sent(stack) if each["activity_arn"] == target] == [{"activity_arn": target}]


def test_a_missed_request_that_held_the_slot_wakes_who_found_it_in_use(stack) -> None:
    stack.change_activity(max_concurrent_jobs=1)
    for _ in range(4):
        start(stack, LIGHT)
    stack.slot_store.add_waiting(ARN, "while the missed request held the slot")
    assert stack.dispatch(**MISSED) is Result.WAITING
    assert sent(stack) == [{"activity_arn": ARN}]
    assert stack.slot_store.holders[ARN] == set()
