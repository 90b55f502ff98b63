"""A worker that leaves closing its task to the stack says that it has ended."""

from activity_dispatch.domain.tasks import OutcomeName, Task

TASK = Task(
    activity_arn="arn", token="token", input="1", heartbeat_seconds=60, poll_id="poll", holds_slot=True
)


def test_a_worker_that_has_ended_leaves_its_settled_task_to_be_closed(table) -> None:
    table.add(TASK, "lambda")
    table.claim(TASK.task_id, "a", until=table.clock() + 900)
    assert not table.record_ended(TASK.task_id)
    table.record_settled(TASK.task_id, OutcomeName.SUCCEEDED, None)
    assert not table.get(TASK.task_id).has_ended
    assert table.record_ended(TASK.task_id)
    record = table.get(TASK.task_id)
    assert (record.has_ended, record.is_closed) == (True, False)
    # It has freed its slot, which may be another task's by now.
    assert record.slot_release.slot is None
    assert table.close(TASK.task_id) is not None
    assert not table.record_ended(TASK.task_id)
