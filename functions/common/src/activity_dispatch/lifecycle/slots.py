"""Back-pressure: never more jobs of an activity at once than its `max_concurrent_jobs`.

A poll holds a slot. It reserves the slot first, so that no task is taken off the activity that may not
run yet; the slot then belongs to the poll's task until its job has ended. A request that finds no free
slot is counted as waiting, and becomes a new request when a slot is freed.
"""

from dataclasses import dataclass

from activity_dispatch.domain.requests import DispatchRequest
from activity_dispatch.store.dispatch_queue import RequestSender
from activity_dispatch.store.slots import SlotStore
from activity_dispatch.store.task_table import SlotsRecord


@dataclass(frozen=True, kw_only=True)
class Slots:
    """Reserves and frees slots, and wakes the requests that wait for one."""

    store: SlotStore
    queue: RequestSender

    def reserve(self, activity_arn: str, poll_id: str, limit: int) -> bool:
        """Reserve a slot for a poll; if none is free, count a waiting request and return False."""
        while not self.store.take(activity_arn, poll_id, limit):
            record = self.store.add_waiting(activity_arn)
            if len(record.holders) >= limit:
                return False
            # Freed since, perhaps before the request was counted: whoever freed it saw none waiting.
            self.store.remove_waiting(activity_arn, 1)
        return True

    def free(self, activity_arn: str, poll_id: str) -> None:
        """Free the slot that a poll or its task holds, and wake a request. Doing it twice does no harm."""
        record = self.store.give_back(activity_arn, frozenset((poll_id,)))
        self.wake(activity_arn, min(1, record.waiting))

    def recount(self, record: SlotsRecord, *, leaked: frozenset[str], limit: int | None) -> None:
        """Free the slots of holders that are no more, and wake as many requests as can have a slot."""
        if leaked:
            record = self.store.give_back(record.activity_arn, leaked)
        room = record.waiting if limit is None else limit - len(record.holders)
        self.wake(record.activity_arn, min(room, record.waiting))

    def wake(self, activity_arn: str, count: int) -> None:
        """Make new requests of so many waiting ones.

        Sent before they are counted out: a crash in between makes requests that find no task, the
        other way round tasks would wait for nothing.
        """
        if count > 0:
            self.queue.send(DispatchRequest(activity_arn=activity_arn), count)
            self.store.remove_waiting(activity_arn, count)
