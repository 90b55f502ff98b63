"""Takes the task that a job is to process."""

from collections.abc import Callable
from dataclasses import dataclass, field

from activity_dispatch.domain.attempts import Attempt
from activity_dispatch.domain.outcomes import Cause
from activity_dispatch.domain.slot_release import SlotRelease
from activity_dispatch.domain.tasks import TaskState
from activity_dispatch.store.task_table import TaskTable
from activity_dispatch.worker.exits import Exit


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """A task that this job processes; `job_id` is the backend's id of the job, if known, or the claimant."""

    task_id: str
    token: str = field(repr=False)
    heartbeat_seconds: int
    backend: str
    job_id: str
    attempts: tuple[Attempt, ...] = ()

    def cause(self, message: str, log_tail: tuple[str, ...] = ()) -> Cause:
        """Return the cause of a failure of this job."""
        return Cause(
            message=message,
            backend=self.backend,
            job_id=self.job_id,
            log_tail=log_tail,
            attempts=self.attempts,
        )


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A claimed task; `input` is JSON text.

    A task that a warm worker took has a `release`: its outcome closes it, because its job goes on. Its
    `is_gone` is called every few seconds while it is done, and returns whether nobody waits for it; its
    `traceparent` takes the place of the container's.
    """

    assignment: Assignment
    input: str = field(repr=False)
    release: SlotRelease | None = None
    is_gone: Callable[[], bool] | None = None
    traceparent: str | None = None


@dataclass(frozen=True, kw_only=True)
class NotOurs:
    """A task that this job must not process: the reason, and the worker's exit code."""

    reason: str
    exit_code: Exit


def take(tasks: TaskTable, task_id: str, claimant: str, *, attempt: int = 1) -> Taken | NotOurs:
    """Read and claim the task of a container, unless it is settled, at another attempt or another job has it.

    Raises ClientError and BotoCoreError.
    """
    record = tasks.get(task_id)
    if record is None:
        return NotOurs(reason="there is no such task", exit_code=Exit.UNSETTLED)
    if record.state is TaskState.SETTLED or record.token is None or record.input is None:
        return NotOurs(reason=f"it is settled: {record.outcome}", exit_code=Exit.DONE)
    if record.attempt != attempt:
        reason = f"it is at attempt {record.attempt}, and this is attempt {attempt}"
        return NotOurs(reason=reason, exit_code=Exit.UNSETTLED)
    if not tasks.claim(task_id, claimant, attempt=attempt):
        # Settled meanwhile, or claimed: in the second case the task still needs an outcome.
        return NotOurs(reason="another job is processing it", exit_code=Exit.UNSETTLED)
    assignment = Assignment(
        task_id=task_id,
        token=record.token,
        heartbeat_seconds=record.heartbeat_seconds,
        backend=record.backend,
        job_id=record.job_id or claimant,
        attempts=record.attempts,
    )
    return Taken(assignment=assignment, input=record.input)
