"""Tells what programs report while they run: the latest of each task, once a pass at most."""

import threading
from dataclasses import dataclass, field

from activity_dispatch.domain.tasks import TaskState
from activity_dispatch.lifecycle.announcements import Announcements
from activity_dispatch.reconcile.next_step import Seen

# Of more tasks with progress at once, some are told about again.
MAX_REMEMBERED = 100_000


@dataclass(kw_only=True)
class ProgressTold:
    """Remembers what it has told, in this process: another one tells it again, under the same id.

    To record it would take a write for each task and pass. Without `announcements` it does nothing.
    """

    announcements: Announcements | None = None
    _told: dict[str, str] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def look(self, seen: Seen) -> None:
        """Tell a task's progress if it is a new one. Raises nothing."""
        record, activity = seen.record, seen.activity
        if self.announcements is None or activity is None or activity.event_bus_arn is None:
            return
        if record.progress is None or record.state is TaskState.SETTLED:
            return
        with self._lock:
            if self._told.get(record.task_id) == record.progress:
                return
            # To the end: the oldest is forgotten first.
            self._told.pop(record.task_id, None)
            self._told[record.task_id] = record.progress
            if len(self._told) > MAX_REMEMBERED:
                del self._told[next(iter(self._told))]
        self.announcements.progressed(activity, record)
