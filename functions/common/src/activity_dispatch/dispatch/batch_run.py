"""The state of one batch while its requests are handled: what is under way, and what SQS has to be told.

One thread owns it and waits for what happens next; the threads of the pools only report to it.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass, field
from queue import SimpleQueue

from activity_dispatch.store.dispatch_queue import MAX_BATCH, Record, RequestReceiver


@dataclass(frozen=True)
class _Handled:
    """A request was handled. One `from_event` is deleted by Lambda, any other by us."""

    record: Record
    from_event: bool
    needs_retry: bool


@dataclass(frozen=True)
class _Received:
    records: Sequence[Record]


@dataclass(kw_only=True)
class BatchRun:
    """Requests under way: those of the event, and those received from the queue meanwhile.

    `needs_retry` handles a request and says whether SQS has to deliver it again.
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
        """Whether a request is being handled or a call for more is under way."""
        return bool(self._handling or self._receiving)

    def handle_event(self, records: Sequence[Record]) -> None:
        """Let the workers handle the event's records; fewer than a full batch emptied the queue."""
        self._submit(records, from_event=True)
        self._queue_is_empty = len(records) < MAX_BATCH

    def can_receive(self, *, threads: int, at_once: int) -> bool:
        """Return whether more may wait, and `threads` workers have room for all that one more call brings."""
        expected = self._handling + (self._receiving + 1) * MAX_BATCH
        return not self._queue_is_empty and self._receiving < at_once and expected <= threads

    def receive(self) -> None:
        """Start a call for more requests."""
        self._receiving += 1
        self.receivers.submit(self._receive)

    def wait_for_next(self) -> None:
        """Wait until a request is handled or more have come, and act on it."""
        report = self._reports.get()
        if isinstance(report, _Handled):
            self._end(report)
        else:
            self._receiving -= 1
            self._queue_is_empty = not report.records
            self._submit(report.records, from_event=False)

    def finish(self) -> list[Record]:
        """Wait until SQS has been told everything; return the event's records to deliver again."""
        self._delete()
        # Lambda may freeze the process as soon as it has the answer.
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
