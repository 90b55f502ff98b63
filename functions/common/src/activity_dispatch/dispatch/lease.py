"""A lease: one of many invocations does the work, and another takes over when that one is gone."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from activity_dispatch.store.leases import LeaseRecord, LeaseStore


@dataclass(frozen=True, kw_only=True)
class Lease:
    """One holder's view of a lease, which lasts for `seconds` and is renewed every `renew_seconds`.

    `clock` gives seconds since 1970. All methods raise ClientError and BotoCoreError.
    """

    store: LeaseStore
    name: str
    holder: str
    seconds: float = 20.0
    renew_seconds: float = 5.0
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def take(self) -> bool:
        """Take or renew the lease; False if another holder has it."""
        now = self.clock()
        record = LeaseRecord(holder=self.holder, held_until=now + self.seconds)
        return self.store.take(self.name, record, now)

    def take_over(self) -> bool:
        """Take the lease, even from a holder that is gone; False if the holder is alive.

        Waits for `renew_seconds` + 1 s to see whether the lease is renewed, and if it is not, until it
        runs out. Called once a minute, this takes over a lost holder's lease within that minute.
        """
        if self.take():
            return True
        seen = self.store.read(self.name)
        self.sleep(self.renew_seconds + 1.0)
        if self.take():
            return True
        if seen is None or self.store.read(self.name) != seen:
            return False
        self.sleep(max(0.0, seen.held_until - self.clock()))
        return self.take()

    def give_back(self) -> None:
        """End the lease if this holder has it."""
        self.store.give_back(self.name, self.holder)

    def is_taken_by_another(self) -> bool:
        """Return whether another holder has the lease now."""
        seen = self.store.read(self.name)
        return seen is not None and seen.holder != self.holder and seen.held_until > self.clock()
