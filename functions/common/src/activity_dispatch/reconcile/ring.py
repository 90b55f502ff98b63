"""In which order a pass checks tasks: each activity's in a ring, and activities in fair turns.

A ring goes by task id and continues where the last pass stopped, so that no task is left out however
often passes fail. Activities take turns by weighted fair queueing: one that must be asked about more
tasks per second gets more of the pass, and a small one is done in its first turn.
Source: https://en.wikipedia.org/wiki/Weighted_fair_queueing
"""

import heapq
import threading
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median_low

from activity_dispatch.domain.tasks import TaskRecord
from activity_dispatch.store.cursors import Cursor, Mark

# As many jobs as every service describes in one call.
CHUNK = 100
# More passes than this in one round of a ring are remembered less exactly.
MAX_MARKS = 20


@dataclass(kw_only=True)
class Ring:
    """An activity's tasks in the order of their next checks; `TaskTurns` has the lock.

    They begin with the first id that comes after `after`. Each should be checked within
    `heartbeat_seconds`.
    """

    activity_arn: str
    heartbeat_seconds: int
    after: str
    tasks: Sequence[TaskRecord]
    marks: Cursor
    taken: int = 0
    # How far the chunks are that are being checked, by their first task's place.
    under_way: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        records: Iterable[TaskRecord],
        *,
        heartbeat_seconds: int | None = None,
        cursor: Cursor = (),
        checked_at: float,
    ) -> "Ring":
        """Return the ring of an activity's open tasks: at least one.

        Without a cursor all were checked at `checked_at`. `heartbeat_seconds` are the activity's; None:
        what most of its tasks have.
        """
        tasks = sorted(records, key=lambda record: record.task_id)
        after = cursor[-1].task_id if cursor else ""
        begin = bisect_right(tasks, after, key=lambda record: record.task_id)
        if heartbeat_seconds is None:
            heartbeat_seconds = median_low(record.heartbeat_seconds for record in tasks)
        return cls(
            activity_arn=tasks[0].activity_arn,
            heartbeat_seconds=max(1, heartbeat_seconds),
            after=after,
            tasks=tasks[begin:] + tasks[:begin],
            marks=cursor or (Mark(tasks[-1].task_id, checked_at),),
        )

    @property
    def is_taken(self) -> bool:
        """Whether every task is in a chunk."""
        return self.taken >= len(self.tasks)

    @property
    def cost(self) -> float:
        """How much of its share of the pass the activity has had.

        Its weight is the checks per second that keep its tasks alive.
        """
        return self.taken * self.heartbeat_seconds / len(self.tasks)

    @property
    def checked(self) -> int:
        """How many tasks are checked, without a gap."""
        return min(self.under_way.values(), default=self.taken)

    def cursor(self, now: float) -> Cursor:
        """Return where the next pass goes on; empty if all tasks are checked."""
        done = self.checked
        if done >= len(self.tasks):
            return ()
        if done == 0:
            return self.marks
        left = [mark for mark in self.marks if self._place(mark.task_id) > done]
        marks = (*left, Mark(self.tasks[done - 1].task_id, now))
        while len(marks) > MAX_MARKS:
            marks = (Mark(marks[1].task_id, marks[0].checked_at), *marks[2:])
        return marks

    def behind(self, now: float) -> float:
        """Return how many seconds ago the task was checked that has waited longest for this pass."""
        longest, place = 0.0, self.checked
        for mark in self.marks:
            end = self._place(mark.task_id)
            for task in self.tasks[place:end]:
                longest = max(longest, now - max(mark.checked_at, task.starting_at))
            place = max(place, end)
        return longest

    def _place(self, task_id: str) -> int:
        """Return how many of the tasks come up to this id, in the ring's order."""
        return bisect_right(self.tasks, self._order(task_id), key=lambda task: self._order(task.task_id))

    def _order(self, task_id: str) -> tuple[bool, str]:
        return task_id <= self.after, task_id


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Up to CHUNK tasks of one activity; `begin` is the first one's place in its ring."""

    ring: Ring
    begin: int
    tasks: Sequence[TaskRecord]


class TaskTurns:
    """Hands out the rings' tasks in chunks; thread-safe."""

    def __init__(self, rings: Iterable[Ring]) -> None:
        """Let those activities begin whose tasks have the earliest deadline."""
        self.rings = sorted(rings, key=lambda ring: ring.marks[0].checked_at + ring.heartbeat_seconds)
        self._turns = [(0.0, number) for number in range(len(self.rings))]
        self._lock = threading.Lock()

    def next(self) -> Chunk | None:
        """Return the next chunk, None if there is no more."""
        with self._lock:
            if not self._turns:
                return None
            _, number = heapq.heappop(self._turns)
            ring = self.rings[number]
            begin, ring.taken = ring.taken, min(ring.taken + CHUNK, len(ring.tasks))
            ring.under_way[begin] = begin
            if not ring.is_taken:
                heapq.heappush(self._turns, (ring.cost, number))
            return Chunk(ring=ring, begin=begin, tasks=ring.tasks[begin : ring.taken])

    def checked(self, chunk: Chunk, count: int) -> None:
        """Note that the chunk's first `count` tasks are checked."""
        with self._lock:
            if count == len(chunk.tasks):
                del chunk.ring.under_way[chunk.begin]
            else:
                chunk.ring.under_way[chunk.begin] = chunk.begin + count

    def cursors(self, now: float) -> dict[str, Cursor]:
        """Return where the next pass goes on, for activities whose tasks are not all checked."""
        with self._lock:
            found = {ring.activity_arn: ring.cursor(now) for ring in self.rings}
        return {arn: cursor for arn, cursor in found.items() if cursor}

    def not_reached(self) -> int:
        """Return how many tasks are not checked."""
        return sum(len(ring.tasks) - ring.checked for ring in self.rings)

    def behind(self, now: float) -> float:
        """Return how long ago the unchecked task was checked that has waited longest, in seconds."""
        return max((ring.behind(now) for ring in self.rings), default=0.0)
