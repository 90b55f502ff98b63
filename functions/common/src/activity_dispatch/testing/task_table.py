"""The task table in memory."""

import threading
from dataclasses import dataclass, field, replace

from activity_dispatch.activities import Activity
from activity_dispatch.tasks import OutcomeName, Task, TaskRecord, TaskState


@dataclass(kw_only=True)
class InMemoryTaskTable:
    """Keeps the same promises as the table in DynamoDB; the contract tests hold it to that."""

    activities: dict[str, Activity] = field(default_factory=dict)
    records: dict[str, TaskRecord] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, task: Task, backend: str) -> bool:
        """Write a task as `starting`; False if it was there already."""
        with self._lock:
            if task.task_id in self.records:
                return False
            self.records[task.task_id] = TaskRecord(
                task_id=task.task_id,
                activity_arn=task.activity_arn,
                backend=backend,
                state=TaskState.STARTING,
                heartbeat_seconds=task.heartbeat_seconds,
                token=task.token,
                input=task.input,
            )
            return True

    def record_started(self, task_id: str, job_id: str) -> bool:
        """Step from `starting` to `started`; False if the task has gone on already."""
        with self._lock:
            record = self.records.get(task_id)
            if record is None or record.state is not TaskState.STARTING:
                return False
            self.records[task_id] = replace(record, state=TaskState.STARTED, job_id=job_id)
            return True

    def claim(self, task_id: str, claimant: str) -> bool:
        """Let one claimant process the task; False if another one does or the task is settled."""
        with self._lock:
            record = self.records.get(task_id)
            if record is None or record.state is TaskState.SETTLED:
                return False
            if record.claimed_by not in (None, claimant):
                return False
            self.records[task_id] = replace(record, claimed_by=claimant)
            return True

    def record_progress(self, task_id: str, progress: str) -> bool:
        """Record how far the job is, in its own words; False if the task is settled."""
        with self._lock:
            record = self.records.get(task_id)
            if record is None or record.state is TaskState.SETTLED:
                return False
            self.records[task_id] = replace(record, progress=progress)
            return True

    def record_settled(self, task_id: str, outcome: OutcomeName, error: str | None) -> bool:
        """Record the one outcome and drop token and input; False if there was one already."""
        with self._lock:
            record = self.records.get(task_id)
            if record is None or record.state is TaskState.SETTLED:
                return False
            self.records[task_id] = replace(
                record, state=TaskState.SETTLED, outcome=outcome, error=error, token=None, input=None
            )
            return True

    def get(self, task_id: str) -> TaskRecord | None:
        """Return what is known of a task, None if there is no such task."""
        return self.records.get(task_id)

    def activity(self, arn: str) -> Activity | None:
        """Return the description of an activity that this stack serves."""
        return self.activities.get(arn)
