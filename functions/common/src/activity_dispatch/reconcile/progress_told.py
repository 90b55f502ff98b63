"""Tells what programs report while they run: the latest of each task, once a pass at most."""

import logging
import threading
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.domain.tasks import TaskState
from activity_dispatch.lifecycle.announcements import Announcements
from activity_dispatch.reconcile.next_step import Seen
from activity_dispatch.store.task_table import InvalidItem, TaskTable

LOG = logging.getLogger(__name__)

# Of more tasks with progress at once, some are told about again.
MAX_REMEMBERED = 100_000


@dataclass(kw_only=True)
class ProgressTold:
    """Remembers what it has told, in this process: another one tells it again, under the same id.

    To record it would take a write for each task and pass. Without `announcements` it does nothing.
    """

    tasks: TaskTable
    announcements: Announcements | None = None
    _told: dict[str, str] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def look(self, seen: Seen) -> None:
        """Tell a task's progress if it is a new one. Raises nothing that is expected."""
        record, activity = seen.record, seen.activity
        if self.announcements is None or activity is None or activity.event_bus_arn is None:
            return
        if record.progress is None or record.state is TaskState.SETTLED or not self._is_new(seen):
            return
        try:
            # The overview does not say of which execution it is.
            latest = self.tasks.get(record.task_id, with_input=False)
        except (ClientError, BotoCoreError, InvalidItem) as error:
            LOG.warning("task %s: its progress was not told: %s", record.task_id, error)
            return
        if latest is not None and latest.progress is not None and latest.attempt == record.attempt:
            self._remember(record.task_id, latest.progress)
            self.announcements.progressed(activity, latest)

    def _is_new(self, seen: Seen) -> bool:
        with self._lock:
            return self._told.get(seen.record.task_id) != seen.record.progress

    def _remember(self, task_id: str, progress: str) -> None:
        with self._lock:
            # To the end: the oldest is forgotten first.
            self._told.pop(task_id, None)
            self._told[task_id] = progress
            if len(self._told) > MAX_REMEMBERED:
                del self._told[next(iter(self._told))]
