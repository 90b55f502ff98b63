"""What every store of slots promises: each change is atomic."""

import json

import pytest

from activity_dispatch.lifecycle.slots import Slots
from activity_dispatch.store.dispatch_queue import RequestsNotSent
from activity_dispatch.testing import FakeSQS

ARN = "arn:aws:states:eu-west-1:000000000000:activity:work"


@pytest.fixture
def sqs() -> FakeSQS:
    return FakeSQS()


@pytest.fixture
def slots(store, sqs) -> Slots:
    return Slots(store=store, queue=sqs.sender())


def test_no_more_slots_are_taken_than_the_limit_allows(store) -> None:
    assert [store.take(ARN, poll, 2) for poll in ("a", "b", "c")] == [True, True, False]
    assert store.give_back(ARN, frozenset("a")).holders == {"b"}
    assert store.take(ARN, "c", 2)


def test_each_activity_has_its_own_slots(store) -> None:
    assert store.take(ARN, "a", 1)
    assert store.take(ARN + "-other", "b", 1)


def test_a_slot_given_back_twice_is_freed_once(store) -> None:
    store.take(ARN, "a", 2)
    store.take(ARN, "b", 2)
    store.give_back(ARN, frozenset("a"))
    assert store.give_back(ARN, frozenset("a")).holders == {"b"}
    assert store.give_back(ARN, frozenset("b")).holders == frozenset()


def test_the_same_poll_holds_one_slot(store) -> None:
    store.take(ARN, "a", 2)
    store.take(ARN, "a", 2)
    assert store.take(ARN, "b", 2)


def test_no_more_requests_are_woken_than_are_waiting(store) -> None:
    assert not store.remove_waiting(ARN, 1)
    assert store.add_waiting(ARN).waiting == 1
    assert store.add_waiting(ARN).waiting == 2
    assert not store.remove_waiting(ARN, 3)
    assert store.remove_waiting(ARN, 2)
    assert not store.remove_waiting(ARN, 1)


def test_the_overview_shows_holders_and_waiting_requests(table, store) -> None:
    store.take(ARN, "a", 1)
    store.add_waiting(ARN)
    (record,) = table.overview().slots
    assert (record.activity_arn, record.holders, record.waiting) == (ARN, {"a"}, 1)


def test_a_request_without_a_slot_waits_and_a_freed_slot_wakes_it(slots, store, sqs) -> None:
    assert slots.reserve(ARN, "a", 1)
    assert not slots.reserve(ARN, "b", 1)
    assert sqs.bodies == []
    slots.free(ARN, "a")
    assert [json.loads(body) for body in sqs.bodies] == [{"activity_arn": ARN}]
    assert slots.reserve(ARN, "c", 1)


def test_freeing_a_slot_wakes_nobody_when_no_request_waits(slots, sqs) -> None:
    slots.reserve(ARN, "a", 1)
    slots.free(ARN, "a")
    slots.free(ARN, "a")
    assert sqs.bodies == []


def test_a_slot_freed_just_before_the_request_is_counted_is_not_missed(slots, store, monkeypatch) -> None:
    slots.reserve(ARN, "a", 1)
    count = type(store).add_waiting

    def freed_first(self, arn, change):
        self.give_back(arn, frozenset("a"))
        return count(self, arn, change)

    monkeypatch.setattr(type(store), "add_waiting", freed_first)
    assert slots.reserve(ARN, "b", 1)
    assert not store.remove_waiting(ARN, 1)


def test_a_recount_frees_leaked_slots_and_wakes_as_many_requests_as_fit(slots, store, table, sqs) -> None:
    for poll in ("a", "b", "c"):
        slots.reserve(ARN, poll, 3)
    for _ in range(5):
        store.add_waiting(ARN)
    (record,) = table.overview().slots
    slots.recount(record, leaked=frozenset(("a", "b")), limit=3)
    assert len(sqs.bodies) == 2
    (record,) = table.overview().slots
    assert (record.holders, record.waiting) == ({"c"}, 3)


def test_all_requests_are_woken_once_the_limit_is_removed(slots, store, table, sqs) -> None:
    for _ in range(25):
        store.add_waiting(ARN)
    (record,) = table.overview().slots
    slots.recount(record, leaked=frozenset(), limit=None)
    assert len(sqs.bodies) == 25
    assert not store.remove_waiting(ARN, 1)


def test_a_request_that_sqs_rejects_still_counts_as_waiting(slots, store, sqs, monkeypatch) -> None:
    store.add_waiting(ARN)
    failed = {"Failed": [{"Id": "0", "Code": "InternalError", "SenderFault": False}]}
    monkeypatch.setattr(FakeSQS, "send_message_batch", lambda self, **_: failed)
    with pytest.raises(RequestsNotSent, match="1 of 1: InternalError"):
        slots.wake(ARN, 1)
    assert store.remove_waiting(ARN, 1)


def test_missed_tasks_are_polled_for_once_per_period(store) -> None:
    assert [store.begin_missed_task_poll(ARN, now, 60) for now in (1000.0, 1000.0, 1059.9, 1060.0)] == [
        True,
        False,
        False,
        True,
    ]
    assert store.begin_missed_task_poll(ARN + "-other", 1060.0, 60)
    # It is not a slot: the holders stay the same.
    assert store.take(ARN, "a", 1)
    assert not store.begin_missed_task_poll(ARN, 1061.0, 60)
    assert store.give_back(ARN, frozenset("b")).holders == {"a"}
