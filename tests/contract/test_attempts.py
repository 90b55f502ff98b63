"""What both task tables do with the attempts of a task on a chain of backends."""

from dataclasses import replace

import pytest

from activity_dispatch.domain.attempts import MAX_MESSAGE_CHARACTERS, Attempt
from activity_dispatch.domain.tasks import OutcomeName, Task, TaskRecord, TaskState
from activity_dispatch.store.task_table import link_of

ARN = "arn:aws:states:eu-west-1:000000000000:activity:work"
FINGERPRINT = "0123456789abcdef" * 2
TASK = Task(
    activity_arn=ARN,
    token="token",
    input='{"n": 1}',
    heartbeat_seconds=60,
    poll_id="6742f00000000001",
    holds_slot=True,
    description=FINGERPRINT,
)
FIRST = Attempt(backend="ecs", error="Dispatch.Throttled", message="no", started_at=1.0, ended_at=2.5)


@pytest.fixture
def added(table) -> TaskRecord:
    table.add(TASK, "ecs")
    record: TaskRecord = table.get(TASK.task_id)
    return record


def move(table, record: TaskRecord, *attempts: Attempt, by: str = "me") -> bool:
    return bool(table.move_on(record, "batch", attempts or (FIRST,), by=by))


def test_a_task_moves_to_its_next_attempt_with_everything_else_as_it_was(table, added) -> None:
    table.record_started(TASK.task_id, "job-1")
    table.record_progress(TASK.task_id, "half")
    table.claim(TASK.task_id, "ecs:1")
    assert move(table, table.get(TASK.task_id))
    moved = table.get(TASK.task_id)
    assert (moved.attempt, moved.backend, moved.attempts) == (2, "batch", (FIRST,))
    assert (moved.state, moved.job_id, moved.claimed_by, moved.progress) == (
        TaskState.STARTING,
        None,
        None,
        None,
    )
    same = ("token", "input", "poll_id", "holds_slot", "description", "activity_arn")
    assert [getattr(moved, name) for name in same] == [getattr(added, name) for name in same]
    assert table.of_poll(TASK.poll_id).attempt == 2
    assert [each.attempt for each in table.overview().tasks] == [2]


@pytest.mark.parametrize("change", ["job", "claim", "settled", "moved"])
def test_a_task_that_has_changed_is_not_moved(table, added, change: str) -> None:
    match change:
        case "job":
            table.record_started(TASK.task_id, "job-1")
        case "claim":
            table.claim(TASK.task_id, "ecs:1")
        case "settled":
            table.record_settled(TASK.task_id, OutcomeName.SUCCEEDED, None)
        case "moved":
            move(table, added, by="another")
    before = table.get(TASK.task_id)
    assert not move(table, added)
    assert table.get(TASK.task_id) == before


def test_a_move_is_made_again_with_the_same_result(table, added) -> None:
    assert move(table, added)
    assert move(table, added)
    assert table.get(TASK.task_id).attempt == 2


def test_a_task_without_a_description_has_no_chain(table) -> None:
    task = replace(TASK, description=None)
    table.add(task, "ecs")
    assert not move(table, table.get(task.task_id))


def test_only_the_worker_of_the_attempt_may_claim(table, added) -> None:
    assert not table.claim(TASK.task_id, "ecs:early", attempt=2)
    move(table, added)
    assert not table.claim(TASK.task_id, "ecs:late")
    assert table.claim(TASK.task_id, "ecs:2", attempt=2)
    assert table.claim(TASK.task_id, "ecs:2", attempt=2)
    assert not table.claim(TASK.task_id, "ecs:other", attempt=2)
    assert not table.claim(TASK.task_id, "ecs:late")
    assert table.get(TASK.task_id).claimed_by == "ecs:2"


def test_only_a_job_of_the_attempt_is_recorded(table, added) -> None:
    first, second = link_of(FINGERPRINT, 1), link_of(FINGERPRINT, 2)
    assert not table.record_started(TASK.task_id, "job-2", link=second)
    move(table, added)
    assert not table.record_started(TASK.task_id, "job-1", link=first)
    assert table.get(TASK.task_id).job_id is None
    assert table.record_started(TASK.task_id, "job-2", link=second)


def test_one_process_begins_an_attempt(table, added) -> None:
    move(table, added)
    moved = table.get(TASK.task_id)
    assert not moved.is_begun
    assert table.begin_attempt(moved, by="a")
    assert table.begin_attempt(moved, by="a")
    assert not table.begin_attempt(moved, by="b")
    assert table.get(TASK.task_id).is_begun
    assert not table.begin_attempt(added, by="c"), "of an earlier attempt"


def test_a_settled_task_begins_no_attempt(table, added) -> None:
    move(table, added)
    moved = table.get(TASK.task_id)
    table.record_settled(TASK.task_id, OutcomeName.CANCELLED, None)
    assert not table.begin_attempt(moved, by="a")


def test_each_attempt_is_begun_and_restarted_anew(table, added) -> None:
    move(table, added)
    moved = table.get(TASK.task_id)
    table.begin_attempt(moved, by="a")
    begun = table.get(TASK.task_id)
    assert table.record_restart(TASK.task_id, begun.starting_at, number=3, by="r")
    assert move(table, table.get(TASK.task_id), FIRST, FIRST, by="again")
    third = table.get(TASK.task_id)
    assert (third.attempt, third.is_begun, third.restarts, len(third.attempts)) == (3, False, 0, 2)


def test_what_attempts_say_is_cut(table, added) -> None:
    move(table, added, replace(FIRST, message="x" * 100_000))
    assert len(table.get(TASK.task_id).attempts[0].message) == MAX_MESSAGE_CHARACTERS
