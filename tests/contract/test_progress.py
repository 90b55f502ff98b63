"""Progress in the task table, the same in memory and in DynamoDB."""

from activity_dispatch.domain.tasks import OutcomeName, Task

TASK = Task(activity_arn="arn:aws:states:us-east-1:0:activity:a", token="t", input="{}", heartbeat_seconds=60)


def test_the_latest_progress_is_kept(table) -> None:
    table.add(TASK, "ecs")
    assert table.get(TASK.task_id).progress is None
    assert table.record_progress(TASK.task_id, "1%")
    assert table.record_progress(TASK.task_id, "2%")
    table.record_settled(TASK.task_id, OutcomeName.SUCCEEDED, None)
    assert table.get(TASK.task_id).progress == "2%"


def test_a_settled_task_makes_no_progress(table) -> None:
    table.add(TASK, "ecs")
    table.record_settled(TASK.task_id, OutcomeName.SUCCEEDED, None)
    assert not table.record_progress(TASK.task_id, "1%")
    assert table.get(TASK.task_id).progress is None


def test_no_progress_is_recorded_for_a_task_that_does_not_exist(table) -> None:
    assert not table.record_progress("0" * 32, "1%")
    assert table.get("0" * 32) is None
