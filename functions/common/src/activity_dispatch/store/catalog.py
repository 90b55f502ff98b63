"""Activities' descriptions: the current ones, and those that open tasks were started with."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from activity_dispatch.domain.activities import Activity, InvalidActivity
from activity_dispatch.domain.tasks import TaskRecord

LOG = logging.getLogger(__name__)

KEEP_AGAIN_SECONDS = 86_400.0


class ActivitySource(Protocol):
    """Where descriptions are: the task table."""

    def activity(self, arn: str) -> Activity | None:
        """Return the activity's description, None if the stack does not serve it. Raises InvalidActivity."""
        ...

    def keep_description(self, activity: Activity) -> None:
        """Keep a description for the tasks that are started with it from now on."""
        ...

    def description(self, fingerprint: str) -> Activity | None:
        """Return a kept description, None if there is none. Raises InvalidActivity."""
        ...


@dataclass(kw_only=True)
class ActivityCatalog:
    """Activities' descriptions. The current one of an activity is read at most once a minute.

    An unknown activity is never cached: its deployment may be in progress. A kept description never
    changes. All methods raise ClientError and BotoCoreError.
    """

    source: ActivitySource
    ttl_seconds: float = 60.0
    clock: Callable[[], float] = time.monotonic
    _cached: dict[str, tuple[float, Activity]] = field(default_factory=dict, init=False)
    _kept: dict[str, Activity] = field(default_factory=dict, init=False)
    _kept_at: dict[str, float] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def find(self, arn: str) -> Activity | None:
        """Return the activity's description, None if the stack does not serve it. Raises InvalidActivity."""
        # One reader at a time, so that ten concurrent requests for one activity cause one read.
        with self._lock:
            expires_at, activity = self._cached.get(arn, (0.0, None))
            if activity is not None and self.clock() < expires_at:
                return activity
            activity = self.source.activity(arn)
            if activity is not None:
                self._cached[arn] = (self.clock() + self.ttl_seconds, activity)
            return activity

    def keep(self, activity: Activity) -> None:
        """Keep the description, before a task is started with it: one write a day for each process."""
        with self._lock:
            kept_at = self._kept_at.get(activity.fingerprint)
            if kept_at is None or self.clock() - kept_at > KEEP_AGAIN_SECONDS:
                self.source.keep_description(activity)
                self._kept_at[activity.fingerprint] = self.clock()

    def of(self, record: TaskRecord) -> Activity | None:
        """Return the description that the task was started with; without one, the activity's current one.

        It is as the task's attempt sees it. None: there is neither. Raises InvalidActivity.
        """
        kept = None if record.description is None else self._kept_description(record.description)
        if kept is not None and kept.arn != record.activity_arn:
            # Jobs may write to their tasks' records: one must not lead to another activity's backend.
            LOG.error("task %s: its description is of %s, the current one is used", record.task_id, kept.arn)
            kept = None
        activity = kept or self.find(record.activity_arn)
        return None if activity is None else activity.link(record.attempt)

    def _kept_description(self, fingerprint: str) -> Activity | None:
        with self._lock:
            kept = self._kept.get(fingerprint)
            if kept is None:
                try:
                    kept = self.source.description(fingerprint)
                except InvalidActivity as error:
                    LOG.error("a kept description can't be read, the current one is used: %s", error)
                if kept is not None:
                    self._kept[fingerprint] = kept
            return kept
