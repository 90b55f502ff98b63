"""What must hold at any time, and what is still open."""

import logging

from tests.unit.model.compute import Kind
from tests.unit.model.model import TARGET, Model

from activity_dispatch.domain.tasks import OutcomeName, TaskState, task_id_of
from activity_dispatch.testing.stack import ARN
from activity_dispatch.testing.stepfunctions import FakeTask
from activity_dispatch.worker import calling


def check(model: Model) -> None:
    """Assert what must hold at any time."""
    under_way = model.compute.under_way()
    working: dict[str, int] = {}
    for job in model.compute.jobs.values():
        working[job.task_id] = working.get(job.task_id, 0) + model.roles.begun.get(job.id, 0)
    twice = [task_id for task_id, jobs in working.items() if jobs > 1]
    assert not twice, f"processed twice: {twice}"
    if model.kind is not Kind.FUNCTION:
        tasks = [job.task_id for job in under_way]
        assert len(tasks) == len(set(tasks)), f"two jobs of a task: {under_way}"
    if model.limit is not None:
        for arn in (ARN, TARGET):
            assert len(model.store.holders.get(arn, ())) <= model.limit
            assert len(_in_slots(model, arn)) <= model.limit, "more jobs than slots"
    for task in model.stepfunctions.tasks.values():
        _check_record(model, task)


def _in_slots(model: Model, arn: str) -> set[str]:
    """Return the tasks with a job; an invocation that waits costs nothing and may find its task gone."""
    is_function = model.kind is Kind.FUNCTION
    jobs = model.compute.under_way()
    found = {job.task_id for job in jobs if job.id in model.roles.begun or not is_function}
    return {task_id for task_id in found if model.tasks.records[task_id].activity_arn == arn}


def _check_record(model: Model, task: FakeTask) -> None:
    """Assert that the table agrees with Step Functions."""
    record = model.tasks.get(task_id_of(task.token))
    if record is None or record.state is not TaskState.SETTLED:
        return
    assert record.token is None
    assert record.input is None
    assert task.status != "RUNNING", "settled, but its execution waits"
    if record.outcome is not OutcomeName.CANCELLED:
        wanted = "SUCCEEDED" if record.outcome is OutcomeName.SUCCEEDED else "FAILED"
        assert (task.status, task.answer is not None) == (wanted, True)


def open_things(model: Model) -> list[str]:
    """Return what is still open."""
    waiting = {
        "running executions": [t.token for t in model.stepfunctions.tasks.values() if t.status == "RUNNING"],
        "open tasks": [r.task_id for r in model.tasks.records.values() if not r.is_closed],
        "unsettled tasks": [
            r.task_id for r in model.tasks.records.values() if r.state is not TaskState.SETTLED
        ],
        "jobs": [job.id for job in model.compute.under_way()],
        "slots": sorted(holder for holders in model.store.holders.values() for holder in holders),
        "waiting requests": [count for count in model.store.waiting.values() if count],
    }
    return [f"{name}: {things}" for name, things in waiting.items() if things]


class UnexpectedErrors(logging.Handler):
    """Keeps unexpected errors, which the code logs with a traceback.

    A user's function is excepted: its errors are logged in the same way.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.name != calling.LOG.name:
            self.seen.append(logging.Formatter().format(record))
