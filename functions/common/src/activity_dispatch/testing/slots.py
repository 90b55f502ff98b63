"""Slots and the dispatch queue in memory."""

import threading
from dataclasses import dataclass, field
from typing import Any

from activity_dispatch.store.dispatch_queue import RequestSender
from activity_dispatch.store.task_table import SlotsRecord


@dataclass(kw_only=True)
class InMemorySlots:
    """Keeps the same promises as the slots in DynamoDB; the contract tests hold it to that."""

    holders: dict[str, set[str]] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    looked_at: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, activity_arn: str, holder: str, limit: int) -> bool:
        """Add a holder; False if there are as many as `limit` already."""
        with self._lock:
            holders = self.holders.setdefault(activity_arn, set())
            if len(holders) >= limit:
                return False
            holders.add(holder)
            return True

    def give_back(self, activity_arn: str, holders: frozenset[str]) -> SlotsRecord:
        """Remove these holders, those that are there; return what is left."""
        with self._lock:
            self.holders.setdefault(activity_arn, set()).difference_update(holders)
            return self._record(activity_arn)

    def add_waiting(self, activity_arn: str) -> SlotsRecord:
        """Count one more waiting request; return what there is now."""
        with self._lock:
            self.waiting[activity_arn] = self.waiting.get(activity_arn, 0) + 1
            return self._record(activity_arn)

    def remove_waiting(self, activity_arn: str, count: int) -> bool:
        """Count so many waiting requests less; False if there are fewer."""
        with self._lock:
            if self.waiting.get(activity_arn, 0) < count:
                return False
            self.waiting[activity_arn] -= count
            return True

    def begin_missed_task_poll(self, activity_arn: str, now: float, seconds: int) -> bool:
        """Note that missed tasks are polled for now; False if that was done within the last `seconds`."""
        with self._lock:
            if self.looked_at.get(activity_arn, now - seconds) > now - seconds:
                return False
            self.looked_at[activity_arn] = now
            return True

    def records(self) -> tuple[SlotsRecord, ...]:
        """Return the slots of all activities."""
        with self._lock:
            return tuple(self._record(arn) for arn in sorted(self.holders | self.waiting))

    def _record(self, activity_arn: str) -> SlotsRecord:
        return SlotsRecord(
            activity_arn=activity_arn,
            holders=frozenset(self.holders.get(activity_arn, ())),
            waiting=self.waiting.get(activity_arn, 0),
        )


@dataclass(kw_only=True)
class FakeSQS:
    """Keeps the bodies of messages and their delays, as boto3's client would send them."""

    bodies: list[str] = field(default_factory=list)
    delays: list[int] = field(default_factory=list)

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        """Keep the messages."""
        assert QueueUrl  # noqa: S101 (a queue is always named)
        self.bodies += [entry["MessageBody"] for entry in Entries]
        self.delays += [entry["DelaySeconds"] for entry in Entries]
        return {"Successful": [{"Id": entry["Id"]} for entry in Entries]}

    def queue(self) -> RequestSender:
        """Return a queue that sends here."""
        return RequestSender(client=lambda: self, url="queue")  # type: ignore[arg-type,return-value]
