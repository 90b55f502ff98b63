"""Where the slots of activities with `max_concurrent_jobs` are kept."""

from typing import Protocol

from activity_dispatch.store.task_table import SlotsRecord


class SlotStore(Protocol):
    """Where slots are kept: one record for each activity, each change of it at once and whole."""

    def take(self, activity_arn: str, holder: str, limit: int) -> bool:
        """Add a holder; False if there are as many as `limit` already."""
        ...

    def give_back(self, activity_arn: str, holders: frozenset[str]) -> SlotsRecord:
        """Remove these holders, those that are there; return what is left."""
        ...

    def add_waiting(self, activity_arn: str) -> SlotsRecord:
        """Count one more waiting request; return what there is now."""
        ...

    def remove_waiting(self, activity_arn: str, count: int) -> bool:
        """Count so many waiting requests less; False if there are fewer."""
        ...

    def begin_missed_task_poll(self, activity_arn: str, now: float, seconds: int) -> bool:
        """Note that missed tasks are polled for now; False if that was done within the last `seconds`."""
        ...
