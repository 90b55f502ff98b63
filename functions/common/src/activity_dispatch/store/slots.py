"""The port for the slots of activities with `max_concurrent_jobs`."""

from typing import Protocol

from activity_dispatch.store.task_table import SlotsRecord


class SlotStore(Protocol):
    """Stores slots, one record for each activity; every change is atomic."""

    def take(self, activity_arn: str, holder: str, limit: int) -> bool:
        """Add a holder; return False if there are already `limit` holders."""
        ...

    def give_back(self, activity_arn: str, holders: frozenset[str]) -> SlotsRecord:
        """Remove these holders, ignoring unknown ones; return the resulting record."""
        ...

    def add_waiting(self, activity_arn: str) -> SlotsRecord:
        """Count one more waiting request; return the resulting record."""
        ...

    def remove_waiting(self, activity_arn: str, count: int) -> bool:
        """Subtract `count` waiting requests; return False if there are fewer."""
        ...

    def begin_missed_task_poll(self, activity_arn: str, now: float, seconds: int) -> bool:
        """Record a poll for missed tasks at `now`; return False if one began within the last `seconds`."""
        ...
