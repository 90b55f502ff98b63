"""What every store of rings promises, and what the table promises about buckets of waiting tasks."""

from dataclasses import replace

import pytest

from activity_dispatch.domain.polls import parked
from activity_dispatch.domain.shares import bucket_of
from activity_dispatch.domain.tasks import Task
from activity_dispatch.store.dynamodb.turns import DynamoTurns
from activity_dispatch.store.turns import Ring
from activity_dispatch.testing import InMemoryTaskTable, InMemoryTurns

TARGET = "callback:work"
TASK = Task(
    activity_arn=TARGET,
    token="token",
    input="{}",
    heartbeat_seconds=180,
    execution_arn="execution",
    share="a",
)


@pytest.fixture
def now() -> list[float]:
    return [1_000.0]


@pytest.fixture
def turns(table, now):
    clock = lambda: now[0]  # noqa: E731
    if isinstance(table, InMemoryTaskTable):
        return InMemoryTurns(clock=clock)
    return DynamoTurns(client=table.client, table=table.name, clock=clock)


def test_a_ring_is_empty_at_first(turns) -> None:
    assert turns.ring(TARGET) == Ring()


def test_buckets_that_joined_are_in_the_ring_of_their_target(turns, now) -> None:
    turns.join(TARGET, "001")
    now[0] += 1
    turns.join(TARGET, "none")
    turns.join(TARGET, "001")
    assert turns.ring(TARGET) == Ring(joined={"001": 1_001_000, "none": 1_001_000})
    assert turns.ring("callback:other") == Ring()


def test_a_turn_is_taken_once(turns) -> None:
    assert turns.take_turn(TARGET, "001", None)
    assert not turns.take_turn(TARGET, "002", None)
    assert turns.take_turn(TARGET, "002", "001")
    assert not turns.take_turn(TARGET, "003", "001")
    assert turns.ring(TARGET).last == "002"


def test_a_bucket_leaves_unless_it_joined_again(turns, now) -> None:
    turns.join(TARGET, "001")
    seen = turns.ring(TARGET).joined["001"]
    now[0] += 1
    turns.join(TARGET, "001")
    turns.leave(TARGET, "001", seen)
    assert set(turns.ring(TARGET).joined) == {"001"}
    turns.leave(TARGET, "001", seen + 1_000)
    turns.leave(TARGET, "001", seen + 1_000)
    assert turns.ring(TARGET).joined == {}


def test_the_bucket_after_the_last_one_is_next() -> None:
    ring = Ring(joined={"003": 1, "001": 1, "002": 1}, last="001")
    assert ring.in_turn() == ["002", "003", "001"]
    assert replace(ring, last="003").in_turn() == ["001", "002", "003"]
    assert replace(ring, last="002a").in_turn() == ["003", "001", "002"]


def test_a_task_waits_in_the_bucket_of_its_share(table) -> None:
    plain = replace(TASK, token="other", share=None)
    assert table.park(TASK, "lambda")
    assert table.park(plain, "lambda")
    bucket = bucket_of("a")
    assert table.waiting(TARGET, bucket) == [TASK.task_id]
    assert table.waiting(TARGET) == [plain.task_id]
    record = table.get(TASK.task_id)
    assert (record.is_parked, record.bucket, record.poll_id) == (True, bucket, parked(TARGET, bucket))
    assert record.to_task().execution_arn == "execution"
    assert {each.bucket for each in table.overview().tasks} == {bucket, "none"}


def test_a_task_in_a_bucket_is_taken_once_and_has_no_bucket_then(table) -> None:
    table.park(TASK, "lambda")
    assert table.unpark(TASK.task_id, "6742f00000000001", holds_slot=True, description="0" * 32)
    assert not table.unpark(TASK.task_id, "6742f00000000002", holds_slot=True, description="0" * 32)
    assert table.waiting(TARGET, bucket_of("a")) == []
    record = table.get(TASK.task_id)
    assert (record.is_parked, record.bucket) == (False, "none")
