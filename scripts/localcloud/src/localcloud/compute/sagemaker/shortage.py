"""Instance shortages that a test provokes: the next jobs fail for lack of capacity."""

import threading

REASON = (
    "CapacityError: Unable to provision requested ML compute capacity. Please retry using a "
    "different ML instance type."
)


class Shortage:
    """How many of the next jobs get no instance."""

    def __init__(self) -> None:
        """No shortage."""
        self._jobs = 0
        self._lock = threading.Lock()

    def cause(self, jobs: int) -> None:
        """Make the next `jobs` jobs fail."""
        with self._lock:
            self._jobs = jobs

    def hits(self) -> bool:
        """Return whether the shortage hits the calling job."""
        with self._lock:
            self._jobs, hit = max(0, self._jobs - 1), self._jobs > 0
            return hit


SHORTAGE = Shortage()
