"""The state of one batch: the requests being handled, and what to report to SQS.

One thread owns it and waits for events; the pools' threads only report to it.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass, field
from queue import SimpleQueue

from activity_dispatch.store.dispatch_queue import MAX_BATCH, Record, RequestReceiver


@dataclass(frozen=True)
class _Handled:
    """A request was handled. Lambda deletes those `from_event`; the others are ours to delete."""

    record: Record
    from_event: bool
    needs_retry: bool


@dataclass(frozen=True)
class _Received:
    records: Sequence[Record]


@dataclass(kw_only=True)
class BatchRun:
    """Handles the event's requests, and those received from the queue meanwhile.

    `needs_retry` handles a request and returns whether SQS has to deliver it again.
    """

    needs_retry: Callable[[Record], bool]
    queue: RequestReceiver
    workers: Executor
    receivers: Executor
    _handling: int = 0
    _receiving: int = 0
    _queue_is_empty: bool = False
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
        self._queue_is_empty = len(records) < MAX_BATCH

    def can_receive(self, *, threads: int, max_calls: int) -> bool:
        """Return whether more may be queued and `threads` workers have room for one more full batch."""
        expected = self._handling + (self._receiving + 1) * MAX_BATCH
        return not self._queue_is_empty and self._receiving < max_calls and expected <= threads

    def receive(self) -> None:
        """Start a call for more requests."""
        self._receiving += 1
        self.receivers.submit(self._receive)

    def wait_for_next(self) -> None:
        """Wait until a request is handled or more have arrived, and act on it."""
        report = self._reports.get()
        if isinstance(report, _Handled):
            self._end(report)
        else:
            self._receiving -= 1
            self._queue_is_empty = not report.records
            self._submit(report.records, from_event=False)

    def finish(self) -> list[Record]:
        """Wait until everything is reported to SQS; return the event's records to deliver again."""
        self._delete()
        # Lambda may freeze the process as soon as the handler returns.
        wait(self._queue_calls)
        return self._failed

    def _submit(self, records: Sequence[Record], *, from_event: bool) -> None:
        for record in records:
            self.workers.submit(self._handle, record, from_event)
        self._handling += len(records)

    def _end(self, handled: _Handled) -> None:
        self._handling -= 1
        if handled.needs_retry:
            self._queue_calls.append(self.workers.submit(self.queue.retry_soon, handled.record))
            if handled.from_event:
                self._failed.append(handled.record)
        elif not handled.from_event:
            self._deletable.append(handled.record)
            if len(self._deletable) == MAX_BATCH:
                self._delete()

    def _handle(self, record: Record, from_event: bool) -> None:
        self._reports.put(_Handled(record, from_event, self.needs_retry(record)))

    def _receive(self) -> None:
        records: Sequence[Record] = ()
        try:
            records = self.queue.receive()
        finally:
            self._reports.put(_Received(records))

    def _delete(self) -> None:
        if self._deletable:
            self._queue_calls.append(self.workers.submit(self.queue.delete, self._deletable))
            self._deletable = []
