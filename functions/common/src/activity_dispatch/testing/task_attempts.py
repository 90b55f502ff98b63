"""The part of the in-memory task table that belongs to attempts of tasks, and to their ends."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from activity_dispatch.domain.attempts import Attempt, from_json, to_json
from activity_dispatch.domain.tasks import TaskRecord, TaskState

# What a move to the next attempt takes from a task.
_LEFT_BEHIND: Mapping[str, Any] = {
    "job_id": None,
    "started_at": None,
    "claimed_by": None,
    "claimed_at": None,
    "claimed_until": None,
    "progress": None,
    "restarts": 0,
    "is_begun": False,
}


def _identity(record: TaskRecord) -> tuple[object, ...]:
    return record.description, record.attempt, record.job_id, record.claimed_by


@dataclass(kw_only=True)
class InMemoryAttempts:
    """Moves tasks to their next attempts, hands out these attempts' starts, and notes ends of workers."""

    records: dict[str, TaskRecord] = field(default_factory=dict)
    moved_by: dict[str, str] = field(default_factory=dict)
    begun_by: dict[str, str] = field(default_factory=dict)
    clock: Callable[[], float] = time.time
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def move_on(self, record: TaskRecord, backend: str, attempts: Sequence[Attempt], *, by: str) -> bool:
        """Move an open task to its next attempt; return False if it has changed since `record`."""
        with self._lock:
            now = self.records.get(record.task_id)
            if now is not None and now.attempt == record.attempt + 1:
                return self.moved_by.get(record.task_id) == by
            if now is None or now.state not in (TaskState.STARTING, TaskState.STARTED):
                return False
            if _identity(now) != _identity(record) or record.description is None:
                return False
            self.records[record.task_id] = replace(
                now,
                **_LEFT_BEHIND,
                state=TaskState.STARTING,
                starting_at=self.clock(),
                backend=backend,
                attempt=record.attempt + 1,
                attempts=from_json(to_json(attempts)),
            )
            self.moved_by[record.task_id] = by
            return True

    def begin_attempt(self, record: TaskRecord, *, by: str) -> bool:
        """Take the start of the attempt that `move_on` recorded; return False if another process has it."""
        with self._lock:
            now = self.records.get(record.task_id)
            if now is None or now.state is not TaskState.STARTING or now.attempt != record.attempt:
                return False
            if now.is_begun and self.begun_by.get(record.task_id) != by:
                return False
            self.records[record.task_id] = replace(now, is_begun=True, starting_at=self.clock())
            self.begun_by[record.task_id] = by
            return True

    def record_ended(self, task_id: str) -> bool:
        """Record that a settled task's worker has ended; return False if it is not settled or is closed."""
        with self._lock:
            record = self.records.get(task_id)
            if record is None or record.state is not TaskState.SETTLED or record.is_closed:
                return False
            self.records[task_id] = replace(record, claimed_until=record.settled_at)
            return True
