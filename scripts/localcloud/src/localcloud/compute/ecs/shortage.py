"""Capacity shortages that a test provokes: RunTask answers 200, with failures."""

import threading

from localcloud.compute.cloud import Document

_REASON = (
    "Capacity is unavailable at this time. Please try again later or in a different "
    "availability zone"
)


class Shortage:
    """How many of the next tasks find no capacity, and why."""

    def __init__(self) -> None:
        """No shortage."""
        # By capacity provider; None: on all of them.
        self._missing: dict[str | None, tuple[int, str]] = {}
        self._lock = threading.Lock()

    def cause(self, tasks: int, reason: str | None = None, provider: str | None = None) -> None:
        """Make the next `tasks` tasks find no capacity, those on a provider or all."""
        with self._lock:
            self._missing[provider] = tasks, reason or _REASON

    def take(self, cluster_arn: str, provider: str | None) -> Document | None:
        """Return the failure of a task on this provider, None if it finds capacity."""
        with self._lock:
            for concerned in (provider, None):
                left, reason = self._missing.get(concerned, (0, _REASON))
                if left:
                    self._missing[concerned] = left - 1, reason
                    return {"arn": cluster_arn, "reason": reason}
            return None


SHORTAGE = Shortage()
