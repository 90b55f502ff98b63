"""Warm workers' jobs in memory."""

from dataclasses import dataclass, replace

from activity_dispatch.domain.tasks import BARE, OutcomeName, Task, TaskRecord, TaskState
from activity_dispatch.testing.task_table import InMemoryTaskTable


@dataclass(frozen=True, kw_only=True)
class InMemoryWarmJobs:
    """Behaves like those in DynamoDB: both pass the same contract tests."""

    tasks: InMemoryTaskTable

    def linger(self, first: str, until: float, *, runs: str | None = None) -> bool:
        """Record that the job of a settled task runs on; return False if the job must end."""
        record = self.tasks.records.get(first)
        if record is None or record.state is not TaskState.SETTLED or record.is_closed:
            return False
        if record.outcome is OutcomeName.CANCELLED:
            return False
        self.tasks.records[first] = replace(record, claimed_until=until, runs=runs or record.runs)
        return True

    def add(self, task: Task, first: str, claimant: str | None) -> bool:
        """Write a task that a job took; return False if the table has it otherwise."""
        known, job = self.tasks.records.get(task.task_id), self.tasks.records[first]
        if known is not None and (known.job_of, known.poll_id) != (first, task.poll_id):
            return False
        if known is None and (execution := task.execution_arn or (BARE if task.is_bare else None)):
            self.tasks.executions.setdefault(execution, []).append(task.task_id)
        now = None if claimant is None else self.tasks.clock()
        self.tasks.records[task.task_id] = TaskRecord(
            task_id=task.task_id,
            activity_arn=job.activity_arn,
            backend=job.backend,
            state=TaskState.STARTING if claimant is None else TaskState.STARTED,
            heartbeat_seconds=job.heartbeat_seconds,
            starting_at=now or 0.0,
            poll_id=task.poll_id,
            token=task.token,
            input=task.input,
            execution_arn=task.execution_arn or None,
            origin=task.origin,
            attempt=1 if claimant is None else job.attempt,
            description=job.description,
            job_id=None if claimant is None else job.job_id,
            started_at=now,
            claimed_by=claimant,
            claimed_at=now,
            job_of=first,
        )
        return True

    def adopt(self, record: TaskRecord, *, holds_slot: bool) -> bool:
        """Make a task that was given back one with a job of its own; return False if it has changed."""
        now = self.tasks.records.get(record.task_id)
        if now is None or (now.state, now.job_of) != (TaskState.STARTING, record.job_of):
            return False
        self.tasks.records[record.task_id] = replace(
            now,
            starting_at=self.tasks.clock(),
            backend=record.backend,
            holds_slot=holds_slot,
            pool=record.pool,
            job_of=None,
        )
        return True
