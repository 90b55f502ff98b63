"""The task table: each task from dispatch to outcome.

Every write is conditional on the state before it, so that no two processes both believe that they
made a step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.tasks import OutcomeName, Task, TaskRecord


@dataclass(frozen=True, kw_only=True)
class SlotsRecord:
    """The slots of an activity: the polls that hold one, and how many requests wait for one."""

    activity_arn: str
    holders: frozenset[str]
    waiting: int


@dataclass(frozen=True, kw_only=True)
class Overview:
    """All that is open, for the reconciler; tasks come without their input."""

    tasks: tuple[TaskRecord, ...]
    slots: tuple[SlotsRecord, ...]
    activities: tuple[Activity, ...]


class TaskTable(Protocol):
    """What the dispatcher, workers, reporter and reconciler ask of the task table."""

    def add(self, task: Task, backend: str) -> None:
        """Write a task that was just taken off its activity as `starting`.

        A token is handed out once, so it is not looked whether the task is there.
        """
        ...

    def park(self, task: Task, backend: str) -> bool:
        """Write a task as `waiting`; False if it was there already."""
        ...

    def unpark(self, task_id: str, poll_id: str, *, holds_slot: bool) -> bool:
        """Step from `waiting` to `starting`, in the name of a poll; False if the task has gone on already."""
        ...

    def waiting(self, activity_arn: str) -> Sequence[str]:
        """Return the ids of some tasks that are waiting, oldest first; may lag behind by a second."""
        ...

    def record_started(self, task_id: str, job_id: str) -> bool:
        """Step from `starting` to `started`; False if the task has gone on already.

        The job's id is recorded either way, unless there is one.
        """
        ...

    def record_restart(self, task_id: str, starting_at: float) -> bool:
        """Begin an interrupted start, seen to be of `starting_at`, again; False if somebody else did."""
        ...

    def claim(
        self, task_id: str, claimant: str, *, job_id: str | None = None, until: float | None = None
    ) -> bool:
        """Let one claimant process the task; False if another one does or the task is settled.

        With `job_id` the task is `started` from now on, if it was not before. After `until`, in seconds
        since 1970, the claimant is no more at work; None: it may be for long.
        """
        ...

    def record_progress(self, task_id: str, progress: str) -> bool:
        """Record how far the job is, in its own words; False if the task is settled."""
        ...

    def record_settled(
        self, task_id: str, outcome: OutcomeName, error: str | None, *, closed: bool = False
    ) -> bool:
        """Record the one outcome and drop token and input; False if there was one already.

        `cancelled` says only that Step Functions took no outcome from whoever records it: an outcome
        that it did take is recorded in its place. With `closed` the job is known to have ended and
        holds no slot: the task is closed too.
        """
        ...

    def close(self, task_id: str) -> TaskRecord | None:
        """Record that a settled task's job has ended; None if it is not settled or was closed."""
        ...

    def get(self, task_id: str) -> TaskRecord | None:
        """Return what is known of a task, None if there is no such task."""
        ...

    def is_settled(self, task_id: str) -> bool:
        """Tell whether the task has an outcome; may lag behind by a second."""
        ...

    def of_poll(self, poll_id: str) -> TaskRecord | None:
        """Return the open task that a poll took, without its input; may lag behind by a second."""
        ...

    def of_execution(self, execution_arn: str) -> Sequence[TaskRecord]:
        """Return the open tasks of an execution's callbacks; may lag behind by a second."""
        ...

    def overview(self) -> Overview:
        """Return all that is open; may lag behind by a second."""
        ...

    def activity(self, arn: str) -> Activity | None:
        """Return the description of an activity that this stack serves."""
        ...

    def served_activities(self) -> Sequence[Activity]:
        """Return the descriptions of all of them; may lag behind by a second."""
        ...
