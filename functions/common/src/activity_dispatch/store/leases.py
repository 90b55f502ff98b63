"""A lease: of many invocations one does the work, and another takes over when it is gone."""

import time
from collections.abc import Callable
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


@dataclass(frozen=True, kw_only=True)
class Lease:
    """One claimant's view of a lease, which lasts for `seconds` and is renewed every `renew_seconds`."""

    store: LeaseStore
    name: str
    holder: str
    seconds: float = 20.0
    renew_seconds: float = 5.0
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def take(self) -> bool:
        """Take the lease or renew it; False if somebody else holds it."""
        now = self.clock()
        record = LeaseRecord(holder=self.holder, held_until=now + self.seconds)
        return self.store.take(self.name, record, now)

    def take_over(self) -> bool:
        """Take the lease, also from a holder that is gone; False if the holder is alive.

        It is watched for as long as it takes to see it renewed: whoever asks once a minute has the
        lease of a lost holder within that minute.
        """
        if self.take():
            return True
        seen = self.store.look(self.name)
        self.sleep(self.renew_seconds + 1.0)
        if self.take():
            return True
        if seen is None or self.store.look(self.name) != seen:
            return False
        self.sleep(max(0.0, seen.held_until - self.clock()))
        return self.take()

    def give_back(self) -> None:
        """End the lease, if it is held."""
        self.store.give_back(self.name, self.holder)

    def is_taken_by_another(self) -> bool:
        """Tell whether somebody else holds the lease now."""
        seen = self.store.look(self.name)
        return seen is not None and seen.holder != self.holder and seen.held_until > self.clock()
