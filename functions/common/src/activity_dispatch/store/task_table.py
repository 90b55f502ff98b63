"""The port for the task table, which holds each task from dispatch to outcome.

Every change is conditional on the previous state, so that of several processes only one makes it. A client
repeats a call whose answer was lost, so a change also recognises itself: the repetition has the same result.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.attempts import Attempt, attempt_id
from activity_dispatch.domain.shares import UNSHARED
from activity_dispatch.domain.tasks import OutcomeName, Task, TaskRecord
from activity_dispatch.store.pools import PoolRecord


class InvalidItem(Exception):
    """An item of the table is not what its key says; the message names the attribute, never a token."""


@dataclass(frozen=True, kw_only=True)
class SlotsRecord:
    """An activity's slots: the polls that hold one, and how many requests wait for one."""

    activity_arn: str
    holders: frozenset[str]
    waiting: int


@dataclass(frozen=True, kw_only=True)
class Overview:
    """All open tasks, without their inputs, and all slots, pools and activities, for the reconciler.

    `invalid_items` is the number of items that are none of these: they are logged and left out.
    """

    tasks: tuple[TaskRecord, ...]
    slots: tuple[SlotsRecord, ...]
    activities: tuple[Activity, ...]
    pools: tuple[PoolRecord, ...] = ()
    invalid_items: int = 0


def link_of(description: str | None, attempt: int) -> str | None:
    """Return the key of a link: with which description a task is started, and at which attempt it is.

    None for a task of 0.1.0, which has no description.
    """
    return None if description is None else attempt_id(description, attempt)


class TaskTable(Protocol):
    """What the dispatcher, workers, reporter and reconciler need from the task table.

    Every method may raise ClientError and BotoCoreError. A method that returns one task raises InvalidItem
    if its item is invalid; one that returns many leaves it out.
    """

    def add(self, task: Task, backend: str) -> None:
        """Write a task just taken from its activity as `starting`.

        Step Functions hands out a token once, so this does not check whether the task exists.
        """
        ...

    def park(self, task: Task, backend: str) -> bool:
        """Write a task as `waiting`; return False if it exists."""
        ...

    def unpark(
        self, task_id: str, poll_id: str, *, holds_slot: bool, description: str, pool: str | None = None
    ) -> bool:
        """Move from `waiting` to `starting`, under a poll's id; return False if another poll has the task.

        `description` is the fingerprint of the description to start it with; `pool` is where the poll holds
        slots of a pool.
        """
        ...

    def waiting(self, activity_arn: str, bucket: str = UNSHARED) -> Sequence[str]:
        """Return the ids of some waiting tasks, oldest first; may lag behind by a second.

        Those of this bucket: of the shares that have it, or of no share.
        """
        ...

    def record_started(self, task_id: str, job_id: str, *, link: str | None = None) -> bool:
        """Move from `starting` to `started`; return False if it is neither `starting` nor this job's.

        The job's id is recorded either way, unless one is already recorded. With `link`, as `link_of` gives
        it, nothing is recorded for a task that is no longer at this attempt.
        """
        ...

    def move_on(self, record: TaskRecord, backend: str, attempts: Sequence[Attempt], *, by: str) -> bool:
        """Move an open task from the attempt in `record` to the next one, on `backend`.

        It is `starting` again, without a job and held for the next attempt's worker. `attempts` are those
        that have ended, this one included. Return False if the task is settled, at another attempt, or has
        another job or claimant than in `record`. `by` is unique to this move.
        """
        ...

    def begin_attempt(self, record: TaskRecord, *, by: str) -> bool:
        """Take the start of the attempt that `move_on` recorded; return False if another process has it.

        `by` is unique to this start.
        """
        ...

    def record_restart(self, task_id: str, starting_at: float, *, number: int, by: str) -> bool:
        """Record the `number`-th restart, of a start that began at `starting_at`.

        Return False if the task has changed. `by` is unique to this restart.
        """
        ...

    def claim(
        self,
        task_id: str,
        claimant: str,
        *,
        job_id: str | None = None,
        until: float | None = None,
        attempt: int = 1,
    ) -> bool:
        """Let one claimant process the task; return False if another one does or the task is settled.

        Also if the task is at another `attempt`.

        `job_id` also moves the task to `started`. After `until`, in seconds since 1970, the claimant is
        no longer at work; None: there is no such limit.
        """
        ...

    def record_progress(self, task_id: str, progress: str) -> bool:
        """Record how far the job is, as it reports it; return False if the task is settled."""
        ...

    def record_settled(
        self, task_id: str, outcome: OutcomeName, error: str | None, *, closed: bool = False
    ) -> bool:
        """Record the one outcome, remove token and input; return False if there already is an outcome.

        `cancelled` says only that Step Functions accepted no outcome from the process that records it:
        an outcome that it did accept replaces it. `closed` says that the job has ended and holds no
        slot: it closes the task too.
        """
        ...

    def close(self, task_id: str) -> TaskRecord | None:
        """Record that a settled task's job has ended; return None if it is not settled or is closed."""
        ...

    def record_ended(self, task_id: str) -> bool:
        """Record that a settled task's worker has ended and freed its slot, and that others close the task.

        Return False if the task is not settled or is closed.
        """
        ...

    def get(self, task_id: str, *, with_input: bool = True) -> TaskRecord | None:
        """Return a task's record, None if there is no such task. Raises InvalidItem.

        Without its input, no other store is read.
        """
        ...

    def is_settled(self, task_id: str) -> bool:
        """Return whether the task has an outcome; may lag behind by a second."""
        ...

    def of_poll(self, poll_id: str) -> TaskRecord | None:
        """Return the open task that a poll took, without its input; may lag behind by a second."""
        ...

    def of_execution(self, execution_arn: str) -> Iterable[str]:
        """Return the ids of the tasks whose execution is known to be this one, ended ones too.

        Of `BARE`: of those that came without their envelope. May lag behind by a second.
        """
        ...

    def overview(self) -> Overview:
        """Return all open tasks, slots and activities; may lag behind by a second."""
        ...

    def activity(self, arn: str) -> Activity | None:
        """Return an activity's description, None if the stack does not serve it. Raises InvalidActivity."""
        ...

    def keep_description(self, activity: Activity) -> None:
        """Keep a description for the tasks that are started with it from now on.

        It is kept for as long as a task of the activity may be open, and its record is kept, and two days.
        """
        ...

    def description(self, fingerprint: str) -> Activity | None:
        """Return a kept description, None if there is none. Raises InvalidActivity."""
        ...

    def served_activities(self) -> Sequence[Activity]:
        """Return all served activities' descriptions, without invalid ones; may lag behind by a second."""
        ...
