"""The port for leases: at most one holder at a time."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class LeaseRecord:
    """Who holds a lease, and until when, in seconds since 1970; 0 means that it was given back."""

    holder: str
    held_until: float


class LeaseStore(Protocol):
    """Stores leases, one record for each; every change is atomic."""

    def take(self, name: str, record: LeaseRecord, now: float) -> bool:
        """Write the record; return False if another holder's lease has not expired at `now`."""
        ...

    def give_back(self, name: str, holder: str) -> bool:
        """End the holder's lease; return False if it does not hold it."""
        ...

    def read(self, name: str) -> LeaseRecord | None:
        """Return the record last written, None if there is none."""
        ...
