"""Sends events about tasks to buses of EventBridge, beside the work: best effort.

What can't be sent is logged, counted and forgotten. No task waits for it or depends on it.
Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
"""

import json
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.domain.events import SOURCE, Event
from activity_dispatch.observe.metrics import NO_METRICS, Metric, Metrics

LOG = logging.getLogger(__name__)

# PutEvents takes no more at a time.
MAX_ENTRIES = 10
# More than a pass or a batch makes while the bus answers.
MAX_WAITING = 5_000
# How long the end of an invocation may wait for the bus: no task waits then.
FLUSH_SECONDS = 3.0


class Announcer(Protocol):
    """Sends events; thread-safe. Its methods raise nothing."""

    def put(self, bus_arn: str, event: Event) -> None:
        """Send an event soon. Returns at once."""
        ...

    def flush(self) -> None:
        """Wait for what is being sent, for a few seconds at most."""
        ...


class NoAnnouncer:
    """Tells nobody: for stacks without event buses, and for workers."""

    def put(self, bus_arn: str, event: Event) -> None:
        """Discard the event."""

    def flush(self) -> None:
        """Do nothing."""


NO_ANNOUNCER: Announcer = NoAnnouncer()


class EventsClient(Protocol):
    """The part of boto3's client of EventBridge that is used."""

    def put_events(self, *, Entries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:  # noqa: N803
        """Send up to ten events."""
        ...


def _one_thread() -> Executor:
    return ThreadPoolExecutor(1, "announce")


@dataclass(kw_only=True)
class EventBusAnnouncer:
    """Implements `Announcer`, with one thread that sends. `client` is called on first use."""

    client: Callable[[], EventsClient]
    metrics: Metrics = NO_METRICS
    make_executor: Callable[[], Executor] = _one_thread
    _waiting: deque[tuple[str, Event]] = field(default_factory=deque, init=False)
    _executor: Executor | None = field(default=None, init=False)
    _sending: Future[None] | None = field(default=None, init=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, init=False)

    def put(self, bus_arn: str, event: Event) -> None:
        """Send an event soon. Returns at once."""
        with self._lock:
            if len(self._waiting) >= MAX_WAITING:
                self._lose(1, bus_arn, "too many wait to be sent")
                return
            self._waiting.append((bus_arn, event))
            if self._sending is None or self._sending.done():
                self._executor = self._executor or self.make_executor()
                self._sending = self._executor.submit(self._send_all)

    def flush(self) -> None:
        """Wait for what is being sent, for a few seconds at most; the rest is sent by the next invocation."""
        with self._lock:
            sending = self._sending
        if sending is not None:
            wait([sending], timeout=FLUSH_SECONDS)

    def _send_all(self) -> None:
        while batch := self._next():
            for bus_arn, entries in groupby(batch, key=lambda one: one[0]):
                events = [event for _, event in entries]
                try:
                    self._send(bus_arn, events)
                except Exception as error:
                    # Whatever it is, the work goes on.
                    LOG.exception("events not sent to %s", bus_arn)
                    self._lose(len(events), bus_arn, type(error).__name__)

    def _next(self) -> list[tuple[str, Event]]:
        with self._lock:
            batch = list(islice(self._waiting, MAX_ENTRIES))
            for _ in batch:
                self._waiting.popleft()
            if not batch:
                # `put` begins anew from here on, although this thread has not quite ended.
                self._sending = None
            return batch

    def _send(self, bus_arn: str, events: Sequence[Event]) -> None:
        try:
            answer = self.client().put_events(Entries=[_entry(bus_arn, event) for event in events])
        except ClientError as error:
            self._lose(len(events), bus_arn, f"{error}")
            return
        except BotoCoreError as error:
            # It does not answer: those behind would wait as long in vain.
            with self._lock:
                behind = len(self._waiting)
                self._waiting.clear()
            self._lose(len(events) + behind, bus_arn, f"{error}")
            return
        refused = [entry for entry in answer.get("Entries", ()) if entry.get("ErrorCode")]
        if refused:
            code, message = refused[0]["ErrorCode"], refused[0].get("ErrorMessage")
            self._lose(len(refused), bus_arn, f"{code}: {message}")

    def _lose(self, count: int, bus_arn: str, why: str) -> None:
        LOG.error("%d events were not sent to %s: %s", count, bus_arn, why)
        self.metrics.put(Metric.EVENTS_LOST, count)


def _entry(bus_arn: str, event: Event) -> Mapping[str, Any]:
    return {
        "EventBusName": bus_arn,
        "Source": SOURCE,
        "DetailType": str(event.kind),
        "Time": event.time,
        "Detail": json.dumps(event.detail),
    }
