"""The descriptions of activities, kept for a minute."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from activity_dispatch.domain.activities import Activity


class ActivitySource(Protocol):
    """Where descriptions of activities come from."""

    def activity(self, arn: str) -> Activity | None:
        """Return the activity's description, None if the stack does not serve it."""
        ...


@dataclass(kw_only=True)
class ActivityCatalog:
    """Descriptions of activities, each read once a minute at most.

    An activity that is not known is asked for every time: it may be being deployed.
    """

    source: ActivitySource
    seconds_to_keep: float = 60.0
    clock: Callable[[], float] = time.monotonic
    _kept: dict[str, tuple[float, Activity]] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def find(self, arn: str) -> Activity | None:
        """Return the activity's description, None if the stack does not serve it."""
        # One reader at a time: a batch of ten requests for one activity makes one read.
        with self._lock:
            until, activity = self._kept.get(arn, (0.0, None))
            if activity is not None and self.clock() < until:
                return activity
            activity = self.source.activity(arn)
            if activity is not None:
                self._kept[arn] = (self.clock() + self.seconds_to_keep, activity)
            return activity
