"""Back-pressure: an activity never has more jobs at once than its `max_concurrent_jobs`.

A slot is reserved before the poll, so that no task is taken off the activity that may not run yet. It then
belongs to the poll's task until the task's job has ended. A request that finds no free slot is counted
as waiting; when a slot is freed, a new request is sent for it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from activity_dispatch.domain.requests import DispatchRequest
from activity_dispatch.store.dispatch_queue import RequestSender
from activity_dispatch.store.slots import SlotStore, new_change
from activity_dispatch.store.task_table import SlotsRecord

# How many requests are woken at once: the count may be wrong, and the next pass wakes the rest.
MAX_WOKEN = 1_000


def _nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True, kw_only=True)
class Slots:
    """Reserves and frees slots, and wakes waiting requests.

    All methods raise ClientError and BotoCoreError, and those that wake requests RequestsNotSent.
    """

    store: SlotStore
    queue: RequestSender

    def reserve(
        self, activity_arn: str, poll_id: str, limit: int, *, before_waiting: Callable[[], None] = _nothing
    ) -> bool:
        """Reserve a slot for a poll; if none is free, count the request as waiting and return False.

        `limit` is the activity's `max_concurrent_jobs`. `before_waiting` is called before the request is
        counted: what another one has to know, which may then be woken at any moment.
        """
        while not self.store.take(activity_arn, poll_id, limit):
            before_waiting()
            record = self.store.add_waiting(activity_arn, new_change())
            if len(record.holders) >= limit:
                return False
            # A slot was freed meanwhile, perhaps before this request was counted and could be woken.
            self.store.remove_waiting(activity_arn, 1, new_change())
        return True

    def free(self, activity_arn: str, poll_id: str) -> None:
        """Free the slot that a poll or its task holds, and wake one request. Idempotent."""
        record = self.store.give_back(activity_arn, frozenset((poll_id,)))
        self.wake(activity_arn, min(1, record.waiting))

    def free_after_none(self, activity_arn: str, poll_id: str) -> None:
        """Free the slot of a poll that found no task of an activity with warm workers.

        They take most tasks, and leave the tasks' requests waiting. Each would poll in vain for a minute:
        one request stands for all of them, and is repeated while it finds tasks.
        """
        record = self.store.give_back(activity_arn, frozenset((poll_id,)))
        if record.waiting > 0:
            self.queue.send(DispatchRequest(activity_arn=activity_arn, missed=True))
            self.store.remove_waiting(activity_arn, record.waiting, new_change())

    def recount(self, record: SlotsRecord, *, leaked: frozenset[str], limit: int | None) -> None:
        """Free the `leaked` slots, whose holders no longer exist; wake a request for each free slot.

        Without a `limit`, all waiting requests are woken, MAX_WOKEN at a time.
        """
        if leaked:
            record = self.store.give_back(record.activity_arn, leaked)
        room = record.waiting if limit is None else limit - len(record.holders)
        self.wake(record.activity_arn, min(room, record.waiting, MAX_WOKEN))

    def wake(self, activity_arn: str, count: int) -> None:
        """Send `count` requests in place of waiting ones.

        They are sent first and then no longer counted as waiting: a crash in between leaves requests
        that find no task; the other way round, tasks would wait for nothing.
        """
        if count > 0:
            self.queue.send(DispatchRequest(activity_arn=activity_arn), count)
            self.store.remove_waiting(activity_arn, count, new_change())
