"""Rings in memory: whose turn it is."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from activity_dispatch.store.turns import Ring


@dataclass(kw_only=True)
class InMemoryTurns:
    """Behaves like the rings in DynamoDB: both pass the same contract tests."""

    joined: dict[str, dict[str, int]] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    clock: Callable[[], float] = time.time
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def join(self, activity_arn: str, bucket: str) -> None:
        """Note that a task of the bucket waits, or is about to."""
        with self._lock:
            self.joined.setdefault(activity_arn, {})[bucket] = int(self.clock() * 1000)

    def ring(self, activity_arn: str) -> Ring:
        """Return the ring as it is now."""
        with self._lock:
            return Ring(joined=dict(self.joined.get(activity_arn, {})), last=self.last.get(activity_arn))

    def take_turn(self, activity_arn: str, bucket: str, last: str | None) -> bool:
        """Note that the bucket has the turn after `last`; return False if another one had it meanwhile."""
        with self._lock:
            if self.last.get(activity_arn) != last:
                return False
            self.last[activity_arn] = bucket
            return True

    def leave(self, activity_arn: str, bucket: str, joined: int) -> None:
        """Remove a bucket, unless it joined again since `joined`."""
        with self._lock:
            ring = self.joined.get(activity_arn, {})
            if ring.get(bucket) == joined:
                del ring[bucket]
