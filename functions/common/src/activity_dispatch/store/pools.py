"""The port for the pools of slots that activities share."""

from dataclasses import dataclass
from typing import Protocol

from activity_dispatch.domain.pools import Pool


@dataclass(frozen=True, kw_only=True)
class PoolRecord:
    """A pool's name and what is in it."""

    name: str
    pool: Pool


class PoolStore(Protocol):
    """Stores pools, one record for each; a change replaces what it has seen, or nothing."""

    def read_pool(self, name: str) -> Pool:
        """Return a pool, an empty one if it was never written. Raises InvalidItem."""
        ...

    def write_pool(self, name: str, pool: Pool, *, seen: Pool) -> bool:
        """Replace the pool that was `seen`; return False if it has changed since.

        Its last change tells what it is, and a repetition of this one.
        """
        ...

    def pool_size(self, name: str) -> int | None:
        """Return how many slots the stack gives the pool, None if it has no such pool. Raises InvalidItem."""
        ...
