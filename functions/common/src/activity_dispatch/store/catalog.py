"""Activities' descriptions, cached for a minute."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from activity_dispatch.domain.activities import Activity


class ActivitySource(Protocol):
    """The source of activities' descriptions."""

    def activity(self, arn: str) -> Activity | None:
        """Return the activity's description, None if the stack does not serve it. Raises InvalidActivity."""
        ...


@dataclass(kw_only=True)
class ActivityCatalog:
    """Activities' descriptions, each read at most once a minute.

    An unknown activity is never cached: its deployment may be in progress.
    """

    source: ActivitySource
    ttl_seconds: float = 60.0
    clock: Callable[[], float] = time.monotonic
    _cached: dict[str, tuple[float, Activity]] = field(default_factory=dict, init=False)
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
