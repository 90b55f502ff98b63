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
        self._missing = 0
        self._reason = _REASON
        self._lock = threading.Lock()

    def cause(self, tasks: int, reason: str | None = None) -> None:
        """Make the next `tasks` tasks find no capacity."""
        with self._lock:
            self._missing, self._reason = tasks, reason or _REASON

    def take(self, cluster_arn: str, wanted: int) -> list[Document]:
        """Return the failures among `wanted` tasks."""
        with self._lock:
            short = min(wanted, self._missing)
            self._missing -= short
            return [{"arn": cluster_arn, "reason": self._reason} for _ in range(short)]


SHORTAGE = Shortage()
