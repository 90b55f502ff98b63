"""Pools in memory."""

import threading
from dataclasses import dataclass, field

from activity_dispatch.domain.pools import Pool
from activity_dispatch.store.pools import PoolRecord


@dataclass(kw_only=True)
class InMemoryPools:
    """Behaves like the pools in DynamoDB: both pass the same contract tests. `sizes` are Terraform's."""

    sizes: dict[str, int] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read_pool(self, name: str) -> Pool:
        """Return a pool, an empty one if it was never written."""
        with self._lock:
            return self.pools.get(name, Pool())

    def write_pool(self, name: str, pool: Pool, *, seen: Pool) -> bool:
        """Replace the pool that was `seen`; return False if it has changed since."""
        with self._lock:
            now = self.pools.get(name, Pool()).changes[-1:]
            if now not in (seen.changes[-1:], pool.changes[-1:]):
                return False
            self.pools[name] = pool
            return True

    def pool_size(self, name: str) -> int | None:
        """Return how many slots the pool has, None if there is no such pool."""
        return self.sizes.get(name)

    def records(self) -> tuple[PoolRecord, ...]:
        """Return all pools."""
        with self._lock:
            return tuple(PoolRecord(name=name, pool=self.pools[name]) for name in sorted(self.pools))
