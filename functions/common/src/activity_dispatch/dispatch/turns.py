"""Fair shares: who has the next free slot, among the shares of a callback target that have waiting tasks.

Each share's tasks wait in a bucket of their own, and a ring has the buckets with waiting tasks: to find
another share's task behind 500 of one share takes one read. A task joins the ring before it waits; a
bucket that turns out to be empty leaves.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.tasks import Task
from activity_dispatch.store.task_table import TaskTable
from activity_dispatch.store.turns import Ring, TurnStore

# The index may lag behind by a second, and clocks differ: a bucket that joined later may hold a task.
SETTLED_MS = 5_000
# How often a turn may be lost to another dispatcher. After that the slot is used without one.
MAX_LOST_TURNS = 20


@dataclass(frozen=True, kw_only=True)
class Turns:
    """Takes waiting tasks in turn; for many threads. `clock` gives seconds since 1970.

    All methods raise ClientError and BotoCoreError.
    """

    store: TurnStore
    tasks: TaskTable
    clock: Callable[[], float] = time.time

    def join(self, activity: Activity, bucket: str | None) -> None:
        """Note that a task of the bucket is about to wait."""
        if activity.share_key is not None and bucket is not None:
            self.store.join(activity.arn, bucket)

    def take(
        self,
        activity: Activity,
        own: str | None,
        bucket: str | None,
        attempt: Callable[[str], Task | None],
    ) -> Task | None:
        """Take the next task in turn with `attempt`; None if there is none.

        A request's `own` task, in this bucket, takes its turn like the others: if one of them has it, the
        own one waits, and the other's request will find it.
        """
        ring = self.store.ring(activity.arn)
        if own is not None and not ring.joined:
            return attempt(own)
        if bucket is not None and bucket not in ring.joined:
            self.store.join(activity.arn, bucket)
            ring = replace(ring, joined={**ring.joined, bucket: self._now()})
        lost, empty = 0, set[str]()
        while left := [each for each in ring.in_turn() if each not in empty]:
            turn = left[0]
            waiting = self._waiting(activity, turn, own if turn == bucket else None)
            is_lost = bool(waiting) and len(ring.joined) > 1 and not self._has_turn(activity, turn, ring)
            if is_lost and lost < MAX_LOST_TURNS:
                ring, lost = self.store.ring(activity.arn), lost + 1
                continue
            ring = replace(ring, last=turn)
            task = next(filter(None, map(attempt, waiting)), None)
            if len(waiting) <= 1:
                self._leave(activity, turn, ring)
            if task is not None:
                return task
            empty.add(turn)
        return None

    def _waiting(self, activity: Activity, bucket: str, own: str | None) -> Sequence[str]:
        waiting = self.tasks.waiting(activity.arn, bucket)
        # The index may not have it yet.
        return waiting if own is None or own in waiting else [*waiting, own]

    def _has_turn(self, activity: Activity, bucket: str, ring: Ring) -> bool:
        return self.store.take_turn(activity.arn, bucket, ring.last)

    def _leave(self, activity: Activity, bucket: str, ring: Ring) -> None:
        """Remove a bucket whose last task is taken; it stays if another may have joined meanwhile."""
        joined = ring.joined[bucket]
        if self._now() - joined > SETTLED_MS:
            self.store.leave(activity.arn, bucket, joined)

    def _now(self) -> int:
        return int(self.clock() * 1000)
