"""What every pass does, each by itself and before the tasks."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from activity_dispatch.domain.activities import WakeUp
from activity_dispatch.domain.polls import new_poll_id
from activity_dispatch.observe.metrics import Metric
from activity_dispatch.testing.stepfunctions import client_error


@pytest.fixture
def polled(stack):
    """Return how often each activity has been polled for missed tasks."""
    return lambda: Counter(
        request["activity_arn"] for request in map(json.loads, stack.sqs.bodies) if request.get("missed")
    )


@pytest.fixture
def many(stack):
    """Return the ARNs of 45 activities."""
    arns = [f"{stack.arn}-{number}" for number in range(45)]
    activity = stack.tasks.activities.pop(stack.arn)
    for arn in arns:
        stack.serve(replace(activity, arn=arn))
    return arns


@pytest.mark.parametrize("seconds", [59, 60, 61])
def test_every_activity_is_polled_for_missed_tasks_once_in_a_quarter_of_an_hour(
    stack, reconciler, now, many, polled, seconds: int
) -> None:
    begin, counts = now[0], []
    while now[0] < begin + 10 * 900:
        sent = len(stack.sqs.bodies)
        reconciler.run()
        # A repeated pass sends no second request.
        reconciler.chores._polled.clear()
        counts.append(len(stack.sqs.bodies) - sent)
        now[0] += seconds
    assert set(polled()) == set(many)
    assert set(polled().values()) <= {10, 11, 12}
    # Spread over the passes: 45 in 15 are three at a time, and more only at first.
    assert max(counts[:15]) <= 13
    assert max(counts[15:]) <= 9


def test_passes_that_fail_skip_no_poll_for_missed_tasks(reconciler, now, many, polled) -> None:
    for number in range(150):
        if number % 3 == 0:
            reconciler.run()
        now[0] += 60
    assert set(polled().values()) <= {10, 11}


def test_a_poll_whose_request_was_not_sent_is_requested_by_the_next_pass(
    stack, reconciler, now, polled, monkeypatch
) -> None:
    def refuse(**_: object) -> None:
        raise client_error("ServiceUnavailable", "SendMessageBatch")

    with monkeypatch.context() as failing:
        failing.setattr(stack.sqs, "send_message_batch", refuse)
        reconciler.run()
    now[0] += 60
    reconciler.run()
    assert polled() == {stack.arn: 1}


def test_a_pass_asks_the_table_about_missed_task_polls_only_when_one_is_due(
    stack, reconciler, now, monkeypatch
) -> None:
    asked, begin = list[str](), stack.slot_store.begin_missed_task_poll

    def count(arn: str, now: float, seconds: int) -> bool:
        asked.append(arn)
        return bool(begin(arn, now, seconds))

    monkeypatch.setattr(stack.slot_store, "begin_missed_task_poll", count)
    for _ in range(60):
        reconciler.run()
        now[0] += 60
    assert len(asked) <= 5


@pytest.mark.parametrize(("mode", "polls"), [(WakeUp.LOGS, 2), (WakeUp.POLL, 0), (WakeUp.CALLBACK, 0)])
def test_missed_tasks_are_polled_for_unless_there_is_no_need(
    stack, reconciler, now, mode: WakeUp, polls: int
) -> None:
    stack.change_activity(wake_up=mode)
    for _ in range(20):
        reconciler.run()
        now[0] += 60
    assert len(stack.sqs.bodies) == polls


@pytest.mark.parametrize(
    "problem", [client_error("ThrottlingException", "UpdateItem"), KeyError("a mistake")]
)
@pytest.mark.parametrize("broken", ["put_gauges", "_recount", "_poll_for_missed_tasks", "_wake_waiting"])
def test_a_chore_that_fails_stops_neither_the_next_nor_the_tasks(
    stack, reconciler, now, dispatched, monkeypatch, problem: Exception, broken: str
) -> None:
    stack.change_activity(max_concurrent_jobs=1)
    stack.slots.reserve(stack.arn, new_poll_id(now[0] - 181), 1)

    def fail(*_: object) -> None:
        raise problem

    module = "activity_dispatch.reconcile.chores"
    monkeypatch.setattr(
        f"{module}.put_gauges" if broken == "put_gauges" else f"{module}.Chores.{broken}", fail
    )
    assert reconciler.run() == {"BEAT": 1}
    assert dispatched.heartbeats == 1
    done = {
        "put_gauges": bool(stack.metrics.of(Metric.OPEN_TASKS)),
        "_recount": not stack.slot_store.holders[stack.arn],
        "_poll_for_missed_tasks": bool(stack.sqs.bodies),
    }
    assert {chore for chore, is_done in done.items() if not is_done} == {broken} & set(done)


def test_slots_of_one_activity_that_can_not_be_freed_do_not_affect_another(
    stack, reconciler, now, monkeypatch
) -> None:
    arns = [f"{stack.arn}-{letter}" for letter in "abc"]
    for arn in arns:
        stack.serve(replace(stack.activity, arn=arn, max_concurrent_jobs=1))
        stack.slots.reserve(arn, new_poll_id(now[0] - 181), 1)
    give_back = stack.slot_store.give_back

    def refuse(arn: str, holders: frozenset[str]):
        if arn == arns[0]:
            raise RuntimeError("a mistake")
        return give_back(arn, holders)

    monkeypatch.setattr(stack.slot_store, "give_back", refuse)
    reconciler.run()
    assert [len(stack.slot_store.holders[arn]) for arn in arns] == [1, 0, 0]


def test_a_holder_that_is_no_polls_id_is_freed(stack, reconciler, now) -> None:
    stack.change_activity(max_concurrent_jobs=1)
    stack.slots.reserve(stack.arn, "nonsense", 1)
    reconciler.run()
    assert stack.slot_store.holders[stack.arn] == set()
