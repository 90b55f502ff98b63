"""The state of one batch: the requests being handled, and what to report to SQS.

One thread owns it and waits for events; the pools' threads only report to it.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from activity_dispatch.store.dispatch_queue import MAX_BATCH, Record, RequestReceiver

# While polls wait, an empty queue is looked at again this long after it was, for about a second each time:
# requests of others must not wait for the slowest poll.
LOOK_AGAIN_SECONDS = 1.0
WAIT_SECONDS = 1


@dataclass(frozen=True)
class _Handled:
    """A request was handled. Lambda deletes those `from_event`; the others are ours to delete."""

    record: Record
    from_event: bool
    needs_retry: bool


@dataclass(frozen=True)
class _Received:
    records: Sequence[Record]
    asked: int


@dataclass(kw_only=True)
class BatchRun:
    """Handles the event's requests, and those received from the queue meanwhile.

    `needs_retry` handles a request and returns whether SQS has to deliver it again. `workers` has `threads`
    threads; up to `max_calls` calls for more requests run at a time. `clock` is monotonic, in seconds.
    """

    needs_retry: Callable[[Record], bool]
    queue: RequestReceiver
    workers: Executor
    callers: Executor
    threads: int
    max_calls: int
    clock: Callable[[], float] = time.monotonic
    _handling: int = 0
    _receiving: int = 0
    _expected: int = 0
    _empty_at: float | None = None
    _failed: list[Record] = field(default_factory=list)
    _deletable: list[Record] = field(default_factory=list)
    _queue_calls: list[Future[None]] = field(default_factory=list)
    _reports: SimpleQueue[_Handled | _Received] = field(default_factory=SimpleQueue)

    @property
    def is_busy(self) -> bool:
        """Whether a request is being handled or a call for more is in progress."""
        return bool(self._handling or self._receiving)

    def handle_event(self, records: Sequence[Record]) -> None:
        """Pass the event's records to the workers; less than a full batch means that the queue is empty."""
        self._submit(records, from_event=True)
        self._note(is_empty=len(records) < MAX_BATCH)

    def receive(self) -> bool:
        """Start a call for more requests if there is room and there may be some; return whether it did."""
        room = self.threads - self._handling - self._expected
        if room <= 0 or self._receiving >= self.max_calls:
            return False
        is_second_look = self._empty_at is not None
        if is_second_look and not self._may_look_again():
            return False
        count = min(MAX_BATCH, room)
        self._receiving, self._expected = self._receiving + 1, self._expected + count
        self.callers.submit(self._receive, count, WAIT_SECONDS if is_second_look else 0)
        return True

    def wait_for_next(self, *, looks_again: bool) -> None:
        """Wait until a request is handled or more have arrived, and act on it.

        With `looks_again` also return when it is time to look at the queue again.
        """
        try:
            report = self._reports.get(timeout=self._until_next_look() if looks_again else None)
        except Empty:
            return
        if isinstance(report, _Handled):
            self._end(report)
        else:
            self._receiving, self._expected = self._receiving - 1, self._expected - report.asked
            self._note(is_empty=not report.records)
            self._submit(report.records, from_event=False)

    def finish(self) -> list[Record]:
        """Wait until everything is reported to SQS; return the event's records to deliver again."""
        self._delete()
        # Lambda may freeze the process as soon as the handler returns.
        wait(self._queue_calls)
        return self._failed

    def _note(self, *, is_empty: bool) -> None:
        self._empty_at = self.clock() if is_empty else None

    def _may_look_again(self) -> bool:
        # Not when all requests are handled: then the invocation ends.
        return bool(self._handling) and not self._receiving and self._until_next_look() == 0

    def _until_next_look(self) -> float | None:
        """Return how long to wait for reports before the next look at the queue; None: without limit."""
        has_room = self._handling + self._expected < self.threads
        if self._empty_at is None or self._receiving or not self._handling or not has_room:
            return None
        return max(0.0, self._empty_at + LOOK_AGAIN_SECONDS - self.clock())

    def _submit(self, records: Sequence[Record], *, from_event: bool) -> None:
        for record in records:
            self.workers.submit(self._handle, record, from_event)
        self._handling += len(records)

    def _end(self, handled: _Handled) -> None:
        self._handling -= 1
        if handled.needs_retry:
            self._queue_calls.append(self.callers.submit(self.queue.retry_soon, handled.record))
            if handled.from_event:
                self._failed.append(handled.record)
        elif not handled.from_event:
            self._deletable.append(handled.record)
            if len(self._deletable) == MAX_BATCH:
                self._delete()

    def _handle(self, record: Record, from_event: bool) -> None:
        self._reports.put(_Handled(record, from_event, self.needs_retry(record)))

    def _receive(self, count: int, wait_seconds: int) -> None:
        records: Sequence[Record] = ()
        try:
            records = self.queue.receive(count, wait_seconds=wait_seconds)
        finally:
            self._reports.put(_Received(records, count))

    def _delete(self) -> None:
        if self._deletable:
            self._queue_calls.append(self.callers.submit(self.queue.delete, self._deletable))
            self._deletable = []
