"""The task table in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from activity_dispatch.domain.activities import Activity, InvalidActivity
from activity_dispatch.domain.polls import parked
from activity_dispatch.domain.shares import UNSHARED
from activity_dispatch.domain.tasks import BARE, OutcomeName, Task, TaskRecord, TaskState
from activity_dispatch.store.task_table import Overview, link_of
from activity_dispatch.testing.task_attempts import InMemoryAttempts

if TYPE_CHECKING:
    from activity_dispatch.testing.pools import InMemoryPools
    from activity_dispatch.testing.slots import InMemorySlots


@dataclass(kw_only=True)
class InMemoryTaskTable(InMemoryAttempts):
    """Behaves like the table in DynamoDB: both pass the same contract tests.

    `check` raises InvalidActivity for a description that is refused.
    """

    activities: dict[str, Activity] = field(default_factory=dict)
    executions: dict[str, list[str]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    restarted_by: dict[str, str] = field(default_factory=dict)
    slots: "InMemorySlots | None" = None
    pools: "InMemoryPools | None" = None
    check: Callable[[Activity], None] = lambda _: None

    def add(self, task: Task, backend: str) -> None:
        """Write a task just taken from its activity as `starting`."""
        self._put(task, backend, TaskState.STARTING, task.poll_id or None)

    def park(self, task: Task, backend: str) -> bool:
        """Write a task as `waiting`; return False if it exists."""
        return self._put(task, backend, TaskState.WAITING, parked(task.activity_arn, task.bucket))

    def unpark(
        self, task_id: str, poll_id: str, *, holds_slot: bool, description: str, pool: str | None = None
    ) -> bool:
        """Move from `waiting` to `starting`, under a poll's id; return False if another poll has the task."""
        with self._lock:
            record = self.records.get(task_id)
            if record is None:
                return False
            waits = record.state is TaskState.WAITING and record.is_parked
            if not waits and (record.state, record.poll_id) != (TaskState.STARTING, poll_id):
                return False
            record = replace(
                record, poll_id=poll_id, holds_slot=holds_slot, pool=pool, description=description
            )
            self.records[task_id] = replace(record, state=TaskState.STARTING, starting_at=self.clock())
            return True

    def waiting(self, activity_arn: str, bucket: str = UNSHARED) -> Sequence[str]:
        """Return the ids of all waiting tasks of a bucket, oldest first."""
        poll = parked(activity_arn, bucket)
        with self._lock:
            found = [record for record in self.records.values() if record.poll_id == poll]
        return [record.task_id for record in sorted(found, key=lambda record: record.starting_at)]

    def of_execution(self, execution_arn: str) -> Sequence[str]:
        """Return the ids of the tasks whose execution is known to be this one."""
        with self._lock:
            return tuple(self.executions.get(execution_arn, ()))

    def _put(self, task: Task, backend: str, state: TaskState, poll_id: str | None) -> bool:
        with self._lock:
            if task.task_id in self.records:
                return False
            if execution := task.execution_arn or (BARE if task.is_bare else None):
                self.executions.setdefault(execution, []).append(task.task_id)
            self.records[task.task_id] = TaskRecord(
                task_id=task.task_id,
                activity_arn=task.activity_arn,
                backend=backend,
                state=state,
                heartbeat_seconds=task.heartbeat_seconds,
                starting_at=self.clock(),
                poll_id=poll_id,
                holds_slot=task.holds_slot,
                pool=task.pool,
                token=task.token,
                input=task.input,
                execution_arn=task.execution_arn or None,
                origin=task.origin,
                description=task.description,
            )
            return True

    def record_started(self, task_id: str, job_id: str, *, link: str | None = None) -> bool:
        """Move from `starting` to `started`; return False if it is neither `starting` nor this job's."""
        with self._lock:
            record = self.records.get(task_id)
            if record is None or link not in (None, link_of(record.description, record.attempt)):
                return False
            started_now = record.state is TaskState.STARTING
            if started_now or record.job_id is None:
                state = TaskState.STARTED if started_now else record.state
                started_at = record.started_at or self.clock()
                self.records[task_id] = replace(record, state=state, job_id=job_id, started_at=started_at)
            return started_now or (record.state, record.job_id) == (TaskState.STARTED, job_id)

    def record_restart(self, task_id: str, starting_at: float, *, number: int, by: str) -> bool:
        """Record the `number`-th restart; return False if the task has changed since `starting_at`."""
        with self._lock:
            record = self.records.get(task_id)
            if record is None or record.state is not TaskState.STARTING:
                return False
            if record.starting_at != starting_at and self.restarted_by.get(task_id) != by:
                return False
            self.records[task_id] = replace(record, starting_at=self.clock(), restarts=number)
            self.restarted_by[task_id] = by
            return True

    def claim(
        self,
        task_id: str,
        claimant: str,
        *,
        job_id: str | None = None,
        until: float | None = None,
        attempt: int = 1,
    ) -> bool:
        """Let one claimant process the task; return False if another one does or the task is settled."""
        with self._lock:
            record = self.records.get(task_id)
            if record is None or record.state is TaskState.SETTLED:
                return False
            if record.claimed_by != claimant and (record.claimed_by is not None or record.attempt != attempt):
                return False
            record = replace(record, claimed_by=claimant, claimed_at=self.clock(), claimed_until=until)
            if job_id is not None:
                record = replace(
                    record,
                    state=TaskState.STARTED,
                    job_id=record.job_id or job_id,
                    started_at=record.started_at or record.claimed_at,
                )
            self.records[task_id] = record
            return True

    def record_progress(self, task_id: str, progress: str) -> bool:
        """Record how far the job is, as it reports it; return False if the task is settled."""
        with self._lock:
            record = self.records.get(task_id)
            if record is None or record.state is TaskState.SETTLED:
                return False
            self.records[task_id] = replace(record, progress=progress)
            return True

    def record_settled(
        self, task_id: str, outcome: OutcomeName, error: str | None, *, closed: bool = False
    ) -> bool:
        """Record the one outcome, remove token and input; return False if there already is an outcome."""
        with self._lock:
            record = self.records.get(task_id)
            is_better = outcome is not OutcomeName.CANCELLED
            if record is None or (
                record.state is TaskState.SETTLED
                and not (is_better and record.outcome is OutcomeName.CANCELLED)
            ):
                return False
            self.records[task_id] = replace(
                record,
                state=TaskState.SETTLED,
                outcome=outcome,
                error=error or record.error,
                settled_at=self.clock(),
                token=None,
                input=None,
                poll_id=None if closed else record.poll_id,
            )
            return True

    def close(self, task_id: str) -> TaskRecord | None:
        """Record that a settled task's job has ended; return None if it is not settled or is closed."""
        with self._lock:
            record = self.records.get(task_id)
            if record is None or record.state is not TaskState.SETTLED or record.is_closed:
                return None
            closed = self.records[task_id] = replace(record, poll_id=None)
            return closed

    def get(self, task_id: str, *, with_input: bool = True) -> TaskRecord | None:
        """Return a task's record, None if there is no such task."""
        record = self.records.get(task_id)
        return record if record is None or with_input else replace(record, input=None)

    def is_settled(self, task_id: str) -> bool:
        """Return whether the task has an outcome."""
        record = self.records.get(task_id)
        return record is not None and record.state is TaskState.SETTLED

    def of_poll(self, poll_id: str) -> TaskRecord | None:
        """Return the open task that a poll took, without its input."""
        with self._lock:
            found = [record for record in self.records.values() if record.poll_id == poll_id]
        return replace(found[0], input=None) if found else None

    def overview(self) -> Overview:
        """Return all open tasks, slots and activities."""
        with self._lock:
            # What the index does not have.
            tasks = [
                replace(record, input=None, execution_arn=None, origin=None)
                for record in self.records.values()
                if record.poll_id
            ]
        served = self.served_activities()
        return Overview(
            tasks=tuple(tasks),
            slots=() if self.slots is None else self.slots.records(),
            pools=() if self.pools is None else self.pools.records(),
            activities=tuple(served),
            invalid_items=len(self.activities) - len(served),
        )

    def activity(self, arn: str) -> Activity | None:
        """Return an activity's description, None if the stack does not serve it. Raises InvalidActivity."""
        activity = self.activities.get(arn)
        if activity is not None:
            self.check(activity)
        return activity

    def keep_description(self, activity: Activity) -> None:
        """Keep a description for the tasks that are started with it from now on."""
        self.descriptions[activity.fingerprint] = activity.to_json()

    def description(self, fingerprint: str) -> Activity | None:
        """Return a kept description, None if there is none."""
        text = self.descriptions.get(fingerprint)
        return None if text is None else Activity.from_json(text)

    def served_activities(self) -> Sequence[Activity]:
        """Return all served activities' descriptions, without invalid ones."""
        return tuple(each for each in self.activities.values() if self._is_valid(each))

    def _is_valid(self, activity: Activity) -> bool:
        try:
            self.check(activity)
        except InvalidActivity:
            return False
        return True
