"""A client repeats a call whose answer was lost: the repetition changes nothing and has the same result."""

from dataclasses import replace

import pytest

from activity_dispatch.domain.tasks import OutcomeName, Task, TaskState

ARN = "arn:aws:states:eu-west-1:000000000000:activity:work"
TASK = Task(
    activity_arn=ARN,
    token="token",
    input="{}",
    heartbeat_seconds=60,
    poll_id="6742f00000000001",
    holds_slot=True,
)


def twice(change):
    """Make a change twice; return its result, which must be the same."""
    first, second = change(), change()
    assert first == second
    return second


def test_the_only_slot_taken_twice_is_held_once_by_its_poll(store) -> None:
    assert twice(lambda: store.take(ARN, "a", 1))
    assert not twice(lambda: store.take(ARN, "b", 1))
    assert store.give_back(ARN, frozenset("b")).holders == {"a"}


def test_a_slot_is_given_back_twice(store) -> None:
    store.take(ARN, "a", 1)
    assert twice(lambda: store.give_back(ARN, frozenset("a"))).holders == frozenset()


def test_a_request_is_counted_once(store) -> None:
    assert twice(lambda: store.add_waiting(ARN, "change 1")).waiting == 1
    assert twice(lambda: store.add_waiting(ARN, "change 2")).waiting == 2


def test_a_request_is_removed_once(store) -> None:
    for change in ("change 1", "change 2"):
        store.add_waiting(ARN, change)
    assert twice(lambda: store.remove_waiting(ARN, 1, "change 3"))
    assert store.give_back(ARN, frozenset("a")).waiting == 1
    assert twice(lambda: store.remove_waiting(ARN, 1, "change 4"))
    assert not twice(lambda: store.remove_waiting(ARN, 1, "change 5"))
    assert store.give_back(ARN, frozenset("a")).waiting == 0


def test_a_poll_for_missed_tasks_begins_once(store) -> None:
    assert twice(lambda: store.begin_missed_task_poll(ARN, 1000.0, 60, "change 1"))
    assert not store.begin_missed_task_poll(ARN, 1000.0, 60, "change 2")


def test_a_task_is_added_twice(table) -> None:
    twice(lambda: table.add(TASK, "fake"))
    assert table.get(TASK.task_id).state is TaskState.STARTING


def test_a_waiting_task_is_taken_once(table) -> None:
    table.park(replace(TASK, poll_id="", holds_slot=False), "fake")
    assert twice(
        lambda: table.unpark(TASK.task_id, "6742f00000000001", holds_slot=True, description="0" * 32)
    )
    assert not twice(
        lambda: table.unpark(TASK.task_id, "6742f00000000002", holds_slot=True, description="0" * 32)
    )


def test_a_start_is_recorded_twice(table) -> None:
    table.add(TASK, "fake")
    assert twice(lambda: table.record_started(TASK.task_id, "job-1"))
    assert not twice(lambda: table.record_started(TASK.task_id, "job-2"))
    assert table.get(TASK.task_id).job_id == "job-1"


def test_a_restart_is_counted_once(table) -> None:
    table.add(TASK, "fake")
    seen = table.get(TASK.task_id).starting_at
    later = replace(table, clock=lambda: seen + 1)
    assert twice(lambda: later.record_restart(TASK.task_id, seen, number=1, by="a"))
    assert not twice(lambda: later.record_restart(TASK.task_id, seen, number=1, by="b"))
    assert table.get(TASK.task_id).restarts == 1


@pytest.mark.parametrize("job_id", [None, "job-1"])
def test_a_claim_is_made_twice(table, job_id) -> None:
    table.add(TASK, "fake")
    assert twice(lambda: table.claim(TASK.task_id, "a", job_id=job_id))
    assert not twice(lambda: table.claim(TASK.task_id, "b", job_id=job_id))


def test_an_outcome_is_recorded_and_a_task_closed_at_most_once(table) -> None:
    """These say whether to count the task: once, or not at all if the answer was lost."""
    table.add(TASK, "fake")
    assert [table.record_settled(TASK.task_id, OutcomeName.FAILED, "x") for _ in range(2)] == [True, False]
    assert [table.close(TASK.task_id) is not None for _ in range(2)] == [True, False]
    assert table.get(TASK.task_id).outcome is OutcomeName.FAILED
