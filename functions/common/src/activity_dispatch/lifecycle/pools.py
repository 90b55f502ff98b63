"""Pools: reserves and frees what a job holds of its activity's pool, and wakes the requests that now fit."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from botocore.exceptions import ClientError

from activity_dispatch.domain.activities import Activity, InvalidActivity
from activity_dispatch.domain.pools import Asking, Pool, PoolRoom
from activity_dispatch.domain.requests import DispatchRequest
from activity_dispatch.store.dispatch_queue import RequestSender
from activity_dispatch.store.pools import PoolStore
from activity_dispatch.store.slots import new_change

# How often a change is tried that others come before: with pauses, for some seconds.
MAX_TRIES = 40
PAUSE_SECONDS = 0.1
SIZE_SECONDS = 60.0


class RoomReleaser(Protocol):
    """Frees what a job holds of a pool."""

    def free(self, activity_arn: str, room: PoolRoom) -> None:
        """Free it. Idempotent. Raises ClientError, BotoCoreError, RequestsNotSent and InvalidItem."""
        ...


@dataclass(kw_only=True)
class Pools:
    """Reserves and frees slots of pools; for many threads. `clock` gives seconds since 1970.

    All methods raise ClientError, BotoCoreError, RequestsNotSent and InvalidItem.
    """

    store: PoolStore
    queue: RequestSender
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[float, float], float] = random.uniform
    _sizes: dict[str, tuple[float, int | None]] = field(default_factory=dict, init=False)

    def reserve(
        self,
        activity: Activity,
        poll_id: str,
        *,
        is_missed: bool,
        waits: bool,
        before_waiting: Callable[[], None] = lambda: None,
    ) -> bool:
        """Reserve the activity's weight for a poll; without room, let the request wait and return False.

        `before_waiting` is called before the request is counted as waiting, perhaps more than once. Raises
        InvalidActivity if the stack has no such pool.
        """
        name = activity.pool or ""
        size = self._size(name)
        if size is None:
            raise InvalidActivity(f"pool: {name!r}; it must be one of the stack's pools")
        asking = Asking(
            poll_id=poll_id,
            activity_arn=activity.arn,
            weight=activity.weight,
            is_missed=is_missed,
            waits=waits,
        )

        def reserved(pool: Pool, change: str) -> Pool:
            after = pool.reserved(asking, size, self.clock(), change)
            if poll_id not in after.held:
                before_waiting()
            return after

        return poll_id in self._change(name, reserved).held

    def decline(self, activity: Activity) -> None:
        """Pass on the room that is upheld for an activity whose own slots are all in use."""
        name = activity.pool or ""
        size = self._size(name)
        if size is not None:
            self._change(name, lambda pool, change: pool.declined(activity.arn, size, self.clock(), change))

    def free(self, activity_arn: str, room: PoolRoom) -> None:
        """Free what a poll or its task holds, and wake requests that now fit. Idempotent."""
        del activity_arn
        self.recount(room.pool, frozenset((room.holder,)))

    def recount(self, name: str, leaked: frozenset[str]) -> None:
        """Free what these hold, and wake requests that fit, also those that nobody has woken."""
        size = self._size(name)
        self._change(name, lambda pool, change: pool.freed(leaked, size, self.clock(), change))

    def _size(self, name: str) -> int | None:
        read_at, size = self._sizes.get(name, (-SIZE_SECONDS, None))
        if self.clock() - read_at >= SIZE_SECONDS or size is None:
            size = self.store.pool_size(name)
            self._sizes[name] = self.clock(), size
        return size

    def _change(self, name: str, change: Callable[[Pool, str], Pool]) -> Pool:
        """Make a change and send the requests that it calls.

        They are noted as called first: if they are then not sent, they wait again after a while.
        """
        pool, key = self._write(name, change)
        calls = {call: each for call, each in pool.calls.items() if call.startswith(key) and not each.is_sent}
        if calls:
            self.queue.send_all(
                [DispatchRequest(activity_arn=c.activity_arn, missed=c.is_missed) for c in calls.values()]
            )
            self._write(name, lambda pool, _: pool.sent(calls))
        return pool

    def _write(self, name: str, change: Callable[[Pool, str], Pool]) -> tuple[Pool, str]:
        key = new_change()
        for number in range(MAX_TRIES):
            seen = self.store.read_pool(name)
            # The answer of a write may have been lost: then it has been made.
            if key in seen.changes:
                return seen, key
            pool = change(seen, key)
            if pool == seen or self.store.write_pool(name, pool := pool.noting(key), seen=seen):
                return pool, key
            self.sleep(self.jitter(0.0, PAUSE_SECONDS * min(number + 1, 5)))
        message = f"pool {name}: too many changes at once"
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": message}}, "UpdateItem")


@dataclass(frozen=True, kw_only=True)
class PoolsByRequest:
    """Asks the dispatcher to free it: a job may not write to a pool, which other activities share."""

    queue: RequestSender

    def free(self, activity_arn: str, room: PoolRoom) -> None:
        """Send the request. Raises ClientError, BotoCoreError and RequestsNotSent."""
        self.queue.send(DispatchRequest(activity_arn=activity_arn, freed=room))
