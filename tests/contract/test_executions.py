"""What every task table knows of tasks' executions."""

from dataclasses import replace

from tests.contract.test_task_table import TASK, callback_task

from activity_dispatch.domain.tasks import BARE, Origin, OutcomeName

ORIGIN = Origin(state_name="Process", attempt=2, entered_at="2026-11-30T04:00:00Z")


def test_tasks_are_found_by_their_execution_where_it_is_known(table) -> None:
    mine, closed, other = callback_task("a"), callback_task("b"), callback_task("c", "another")
    for task in (mine, closed, other):
        table.park(task, "lambda")
    enveloped = replace(TASK, execution_arn="execution", origin=ORIGIN)
    bare = replace(TASK, token="bare", is_bare=True)
    for task in (enveloped, bare, replace(TASK, token="off")):
        table.add(task, "lambda")
    table.record_settled(closed.task_id, OutcomeName.SUCCEEDED, None, closed=True)
    assert {*table.of_execution("execution")} == {mine.task_id, closed.task_id, enveloped.task_id}
    assert [*table.of_execution(BARE)] == [bare.task_id]
    assert [*table.of_execution("no such")] == []


def test_what_an_envelope_said_is_kept_for_a_later_start(table) -> None:
    enveloped = replace(TASK, execution_arn="execution", origin=ORIGIN)
    table.add(enveloped, "lambda")
    record = table.get(TASK.task_id)
    assert (record.execution_arn, record.origin) == ("execution", ORIGIN)
    assert (record.to_task().execution_arn, record.to_task().origin) == ("execution", ORIGIN)
    bare = replace(TASK, token="bare", is_bare=True)
    table.add(bare, "lambda")
    record = table.get(bare.task_id)
    assert (record.execution_arn, record.origin) == (None, None)
