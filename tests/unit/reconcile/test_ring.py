"""The order of a pass: rings within activities, fair turns between them."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity_dispatch.domain.tasks import TaskRecord, TaskState
from activity_dispatch.reconcile.ring import MAX_MARKS, Chunk, Ring, TaskTurns
from activity_dispatch.store.cursors import Cursor, Mark

NOW = 1_000_000.0


def records(count: int, arn: str = "arn", heartbeat_seconds: int = 900) -> list[TaskRecord]:
    record = TaskRecord(
        task_id="",
        activity_arn=arn,
        backend="fake",
        state=TaskState.STARTED,
        heartbeat_seconds=heartbeat_seconds,
    )
    return [replace(record, task_id=f"{number:032x}") for number in range(count)]


def ring(count: int, arn: str = "arn", heartbeat_seconds: int = 900, cursor: Cursor = ()) -> Ring:
    return Ring.of(records(count, arn, heartbeat_seconds), cursor=cursor, checked_at=NOW)


def no_cursor() -> Cursor:
    return ()


def take(turns: TaskTurns) -> Chunk:
    chunk = turns.next()
    assert chunk is not None
    return chunk


def test_a_large_activity_waits_until_the_small_ones_had_their_turn() -> None:
    turns = TaskTurns([ring(1_000, "large", 60), *(ring(100, f"small-{number}") for number in range(5))])
    order = [take(turns).ring.activity_arn for _ in range(6)]
    assert order == ["large", *(f"small-{number}" for number in range(5))]


def test_turns_follow_tasks_and_heartbeat_seconds() -> None:
    turns = TaskTurns([ring(10_000, "a", 900), ring(10_000, "b", 300), ring(30_000, "c", 900)])
    order = [take(turns).ring.activity_arn for _ in range(140)]
    assert {arn: order.count(arn) for arn in "abc"} == {"a": 20, "b": 60, "c": 60}


def test_one_record_with_wrong_heartbeat_seconds_does_not_change_the_turns() -> None:
    tasks = records(1_000)
    tasks[3] = replace(tasks[3], heartbeat_seconds=1)
    assert Ring.of(tasks, checked_at=NOW).heartbeat_seconds == 900
    assert Ring.of(tasks, heartbeat_seconds=600, checked_at=NOW).heartbeat_seconds == 600


def test_all_tasks_are_handed_out_once_and_then_nothing_is_left() -> None:
    turns = TaskTurns([ring(250), ring(10, "other")])
    chunks = []
    while (chunk := turns.next()) is not None:
        chunks.append(chunk)
        turns.checked(chunk, len(chunk.tasks))
    assert sorted(len(chunk.tasks) for chunk in chunks) == [10, 50, 100, 100]
    assert (turns.cursors(NOW), turns.not_reached(), turns.behind(NOW)) == ({}, 0, 0.0)


def test_a_gap_is_checked_again() -> None:
    turns = TaskTurns([ring(300)])
    first, second = take(turns), take(turns)
    turns.checked(second, 100)
    turns.checked(first, 40)
    assert turns.not_reached() == 260
    ((_, cursor),) = turns.cursors(NOW + 5).items()
    assert cursor[-1] == Mark(f"{39:032x}", NOW + 5)
    begin = Ring.of(records(300), cursor=cursor, checked_at=NOW).tasks[0]
    assert begin.task_id == f"{40:032x}"


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), min_size=1, max_size=40), st.randoms())
def test_the_metric_is_never_too_small(passes, chance) -> None:
    """However far passes come, and whichever tasks come and go between them."""
    tasks, now, cursor = records(60), NOW, no_cursor()
    always = {task.task_id for task in tasks[::3]}
    checked = dict.fromkeys(always, NOW)
    for count, seconds in passes:
        now += seconds
        present = [task for task in tasks if task.task_id in always or chance.random() < 0.5]
        one = Ring.of(present, cursor=cursor, checked_at=now - 60)
        one.taken = min(count, len(present))
        checked.update(dict.fromkeys((task.task_id for task in one.tasks[: one.taken]), now))
        left = {task.task_id for task in one.tasks[one.taken :]}
        assert one.behind(now) >= max((now - checked[task_id] for task_id in always & left), default=0.0)
        cursor = one.cursor(now)
        assert bool(cursor) == bool(left)
        assert len(cursor) <= MAX_MARKS
        assert all(mark.checked_at <= later.checked_at for mark, later in pairwise(cursor))


@pytest.mark.parametrize("reach", [7, 30, 59])
def test_the_metric_is_the_longest_time_since_a_check(reach: int) -> None:
    tasks, now, cursor = records(60), NOW, no_cursor()
    checked = dict.fromkeys((task.task_id for task in tasks), NOW)
    for _ in range(40):
        now += 60
        one = Ring.of(tasks, cursor=cursor, checked_at=now - 60)
        one.taken = reach
        checked.update(dict.fromkeys((task.task_id for task in one.tasks[:reach]), now))
        assert one.behind(now) == now - min(checked[task.task_id] for task in one.tasks[reach:])
        cursor = one.cursor(now)
