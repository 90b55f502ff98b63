"""Reads the task that a container was started for, and claims it."""

from dataclasses import dataclass, field

from activity_dispatch.domain.tasks import TaskState
from activity_dispatch.store.task_table import TaskTable
from activity_dispatch.worker.exits import Exit


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """A task that is ours to process; `job_id` is the backend's id of this job, if it is known."""

    task_id: str
    token: str = field(repr=False)
    input: str = field(repr=False)
    heartbeat_seconds: int
    backend: str
    job_id: str


@dataclass(frozen=True, kw_only=True)
class NotOurs:
    """A task that nothing is to be done for: why, and how the worker exits."""

    reason: str
    exit_code: Exit


def take(tasks: TaskTable, task_id: str, claimant: str) -> Assignment | NotOurs:
    """Claim the task, unless it is settled, unknown or another job's."""
    record = tasks.get(task_id)
    if record is None:
        return NotOurs(reason="there is no such task", exit_code=Exit.UNSETTLED)
    if record.state is TaskState.SETTLED or record.token is None or record.input is None:
        return NotOurs(reason=f"it is settled: {record.outcome}", exit_code=Exit.DONE)
    if not tasks.claim(task_id, claimant):
        # Settled in between, or claimed: only in the second case there is something left to do.
        return NotOurs(reason="another job processes it", exit_code=Exit.UNSETTLED)
    return Assignment(
        task_id=task_id,
        token=record.token,
        input=record.input,
        heartbeat_seconds=record.heartbeat_seconds,
        backend=record.backend,
        job_id=record.job_id or claimant,
    )
