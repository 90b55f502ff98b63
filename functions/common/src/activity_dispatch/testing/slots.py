"""Slots and the dispatch queue in memory."""

import threading
from dataclasses import dataclass, field
from typing import Any

from activity_dispatch.store.dispatch_queue import RequestSender
from activity_dispatch.store.task_table import SlotsRecord


@dataclass(kw_only=True)
class InMemorySlots:
    """Behaves like the slots in DynamoDB: both pass the same contract tests."""

    holders: dict[str, set[str]] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    looked_at: dict[str, tuple[float, str | None]] = field(default_factory=dict)
    changed_by: dict[str, str | None] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, activity_arn: str, holder: str, limit: int) -> bool:
        """Add a holder; return False if there are already `limit` others."""
        with self._lock:
            holders = self.holders.setdefault(activity_arn, set())
            if len(holders) >= limit and holder not in holders:
                return False
            holders.add(holder)
            return True

    def give_back(self, activity_arn: str, holders: frozenset[str]) -> SlotsRecord:
        """Remove these holders, ignoring unknown ones; return the resulting record."""
        with self._lock:
            self.holders.setdefault(activity_arn, set()).difference_update(holders)
            return self._record(activity_arn)

    def add_waiting(self, activity_arn: str, change: str | None = None) -> SlotsRecord:
        """Count one more waiting request; return the resulting record."""
        with self._lock:
            if not self._is_repeated(activity_arn, change):
                self.waiting[activity_arn] = self.waiting.get(activity_arn, 0) + 1
                self.changed_by[activity_arn] = change
            return self._record(activity_arn)

    def remove_waiting(self, activity_arn: str, count: int, change: str | None = None) -> bool:
        """Subtract `count` waiting requests; return False if there are fewer."""
        with self._lock:
            if self._is_repeated(activity_arn, change):
                return True
            if self.waiting.get(activity_arn, 0) < count:
                return False
            self.waiting[activity_arn] -= count
            self.changed_by[activity_arn] = change
            return True

    def begin_missed_task_poll(
        self, activity_arn: str, now: float, seconds: int, change: str | None = None
    ) -> bool:
        """Record a poll for missed tasks at `now`; return False if one began within the last `seconds`."""
        with self._lock:
            looked_at, looked_by = self.looked_at.get(activity_arn, (now - seconds, None))
            if looked_at > now - seconds and (change is None or looked_by != change):
                return False
            self.looked_at[activity_arn] = now, change
            return True

    def _is_repeated(self, activity_arn: str, change: str | None) -> bool:
        return change is not None and self.changed_by.get(activity_arn) == change

    def records(self) -> tuple[SlotsRecord, ...]:
        """Return all activities' slots."""
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
    """Records the bodies and delays of sent messages; shaped like boto3's client."""

    bodies: list[str] = field(default_factory=list)
    delays: list[int] = field(default_factory=list)

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        """Record the messages."""
        assert QueueUrl  # noqa: S101 (a mistake in the test)
        self.bodies += [entry["MessageBody"] for entry in Entries]
        self.delays += [entry["DelaySeconds"] for entry in Entries]
        return {"Successful": [{"Id": entry["Id"]} for entry in Entries]}

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> dict[str, Any]:  # noqa: N803
        """Record one message."""
        assert QueueUrl  # noqa: S101 (a mistake in the test)
        self.bodies.append(MessageBody)
        return {"MessageId": "1"}

    def sender(self) -> RequestSender:
        """Return a sender whose messages arrive here."""
        return RequestSender(client=lambda: self, url="queue")  # type: ignore[arg-type,return-value]
