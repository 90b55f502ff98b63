"""The port for warm workers' jobs: each was started for one task and does further ones (docs/running.md)."""

from typing import Protocol

from activity_dispatch.domain.tasks import Task, TaskRecord


class WarmJobs(Protocol):
    """Records what a warm worker takes. All methods raise ClientError and BotoCoreError.

    Every change is conditional and may be repeated, as in `TaskTable`.
    """

    def linger(self, first: str, until: float, *, runs: str | None = None) -> bool:
        """Record that the job of a settled task runs on until then, in seconds since 1970.

        `runs` is the task that it does now. Return False if the job must end: the task is cancelled, is
        closed, which frees its slot, or does not exist.
        """
        ...

    def add(self, task: Task, first: str, claimant: str | None) -> bool:
        """Write a task that the job of the task `first` took; return False if the table has it otherwise.

        It is `started`, and the claimant's. Without a claimant it is given back: `starting`, for the
        reconciler to start.
        """
        ...

    def adopt(self, record: TaskRecord, *, holds_slot: bool) -> bool:
        """Make a task that was given back one with a job of its own; return False if it has changed.

        The record says what it is now: its backend, and in which pool it holds room.
        """
        ...
