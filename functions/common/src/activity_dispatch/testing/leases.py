"""Leases in memory."""

import threading
from dataclasses import dataclass, field

from activity_dispatch.store.leases import LeaseRecord


@dataclass(kw_only=True)
class InMemoryLeases:
    """Behaves like the leases in DynamoDB: both pass the same contract tests."""

    records: dict[str, LeaseRecord] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, name: str, record: LeaseRecord, now: float) -> bool:
        """Write the record; return False if another holder's lease has not expired at `now`."""
        with self._lock:
            seen = self.records.get(name)
            if seen is not None and seen.holder != record.holder and seen.held_until > now:
                return False
            self.records[name] = record
            return True

    def give_back(self, name: str, holder: str) -> bool:
        """End the holder's lease; return False if it does not hold it."""
        with self._lock:
            seen = self.records.get(name)
            if seen is None or seen.holder != holder:
                return False
            self.records[name] = LeaseRecord(holder=holder, held_until=0.0)
            return True

    def read(self, name: str) -> LeaseRecord | None:
        """Return the record last written, None if there is none."""
        return self.records.get(name)
