"""The port for the slots of activities with `max_concurrent_jobs`."""

import secrets
from typing import Protocol

from activity_dispatch.store.task_table import SlotsRecord


def new_change() -> str:
    """Return an id for a change, by which a repetition of it is recognised."""
    return secrets.token_hex(8)


class SlotStore(Protocol):
    """Stores slots, one record for each activity; every change is atomic.

    A client repeats a call whose answer was lost. A counter can't tell a repetition from another call, so
    such a change has an id of its own; without one, every call is another change.
    """

    def take(self, activity_arn: str, holder: str, limit: int) -> bool:
        """Add a holder; return False if there are already `limit` others."""
        ...

    def give_back(self, activity_arn: str, holders: frozenset[str]) -> SlotsRecord:
        """Remove these holders, ignoring unknown ones; return the resulting record."""
        ...

    def add_waiting(self, activity_arn: str, change: str | None = None) -> SlotsRecord:
        """Count one more waiting request; return the resulting record."""
        ...

    def remove_waiting(self, activity_arn: str, count: int, change: str | None = None) -> bool:
        """Subtract `count` waiting requests; return False if there are fewer."""
        ...

    def begin_missed_task_poll(
        self, activity_arn: str, now: float, seconds: int, change: str | None = None
    ) -> bool:
        """Record a poll for missed tasks at `now`; return False if one began within the last `seconds`."""
        ...
