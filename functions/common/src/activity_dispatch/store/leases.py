"""Where leases are kept."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class LeaseRecord:
    """Who holds a lease, and until when, in seconds since 1970; 0: it was given back."""

    holder: str
    held_until: float


class LeaseStore(Protocol):
    """Where leases are kept: one record for each, each change of it at once and whole."""

    def take(self, name: str, record: LeaseRecord, now: float) -> bool:
        """Write the record; False if another holder's lease has not ended by `now`."""
        ...

    def give_back(self, name: str, holder: str) -> bool:
        """End the holder's lease; False if another one holds it."""
        ...

    def look(self, name: str) -> LeaseRecord | None:
        """Return what was last written, None if nothing ever was."""
        ...
