"""An SQS batch of dispatch requests, handled in parallel, answered request by request.

Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import logging
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING

from activity_dispatch.dispatch.dispatcher import Result
from activity_dispatch.domain.limits import POLL_READ_TIMEOUT_SECONDS
from activity_dispatch.store.dispatch_queue import (
    MAX_BATCH,
    Record,
    RequestReceiver,
    is_message,
    receive_count,
)

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LOG = logging.getLogger(__name__)

# A poll that comes back empty is worth one more: the task may have been scheduled late.
MAX_EMPTY_POLLS = 2
# Calls for more messages that are under way at a time.
MAX_RECEIVING = 2
# After the poll: recording the task and starting the job, with retries.
START_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class BatchHandler:
    """Handles the records of an SQS event, and what else waits, with up to `threads` at a time.

    `clock` is monotonic, in seconds.
    """

    handle: Callable[[str], Result]
    sqs: "SQSClient"
    queue_url: str
    threads: int = 10
    jitter: Callable[[float, float], float] = random.uniform
    clock: Callable[[], float] = time.monotonic
    queue: RequestReceiver = field(init=False)
    pool: ThreadPoolExecutor = field(init=False)
    receivers: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        """Make the threads once: they live as long as the function's environment."""
        queue = RequestReceiver(sqs=self.sqs, url=self.queue_url, jitter=self.jitter)
        object.__setattr__(self, "queue", queue)
        object.__setattr__(self, "pool", ThreadPoolExecutor(self.threads, "dispatch"))
        object.__setattr__(self, "receivers", ThreadPoolExecutor(MAX_RECEIVING, "receive"))

    def run(self, records: Sequence[Record], seconds_left: float) -> dict[str, list[dict[str, str]]]:
        """Return SQS's partial batch response: the requests that are to come again.

        Requests for which not enough time is left for a poll are given back untried. Behind a full
        batch more requests wait: as threads are free those are taken off the queue right here, while
        there is time for their polls. One process with many polls costs less than many with few.
        """
        records = [record for record in records if is_message(record)]
        spare = seconds_left - POLL_READ_TIMEOUT_SECONDS - START_SECONDS
        if spare < 0:
            LOG.error("%.0f s left are too few for a poll: batch given back", seconds_left)
            again = records
            for record in again:
                self.queue.retry_soon(record)
        else:
            again = self._handle_all(records, until=self.clock() + spare)
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in again]}

    def _handle_all(self, records: Sequence[Record], until: float) -> list[Record]:
        """Handle these and what waits behind them; return those of them that are to come again."""
        run = _Run(handle=self._handle_record, queue=self.queue, pool=self.pool, receivers=self.receivers)
        run.begin(records, given=True)
        run.is_empty = len(records) < MAX_BATCH
        while run.pending or run.receiving:
            while not run.is_empty and self._has_room(run) and self.clock() < until:
                run.receive()
            run.wait_for_next()
        return run.finish()

    def _has_room(self, run: "_Run") -> bool:
        coming = (run.receiving + 1) * MAX_BATCH
        return run.receiving < MAX_RECEIVING and run.pending + coming <= self.threads

    def _handle_record(self, record: Record) -> bool:
        try:
            result = self.handle(record["body"])
        except Exception:
            # One request must not take its batch along; it goes to the dead-letter queue in time.
            LOG.exception("message %s: unexpected error", record["messageId"])
            return True
        if result is Result.NO_TASK:
            return receive_count(record) < MAX_EMPTY_POLLS
        return result is Result.RETRY


@dataclass(frozen=True)
class _Done:
    """A request was handled. `given`: it is one of the event's; `retry`: it is to come again."""

    record: Record
    given: bool
    retry: bool


@dataclass(frozen=True)
class _Received:
    records: Sequence[Record]


@dataclass(kw_only=True)
class _Run:
    """Requests under way, those of the event and those taken off the queue here.

    `pending` are handled now, `receiving` calls for more are under way; `is_empty`: the last one brought
    none.
    """

    handle: Callable[[Record], bool]
    queue: RequestReceiver
    pool: ThreadPoolExecutor
    receivers: ThreadPoolExecutor
    pending: int = 0
    receiving: int = 0
    is_empty: bool = False
    _again: list[Record] = field(default_factory=list)
    _deletable: list[Record] = field(default_factory=list)
    _chores: list[Future[None]] = field(default_factory=list)
    _notes: SimpleQueue["_Done | _Received"] = field(default_factory=SimpleQueue)

    def begin(self, records: Sequence[Record], *, given: bool) -> None:
        """Let the threads handle records; `given`: they are the event's."""
        for record in records:
            self.pool.submit(self._handle, record, given)
        self.pending += len(records)

    def receive(self) -> None:
        """Begin to take more off the queue."""
        self.receiving += 1
        self.receivers.submit(self._receive)

    def wait_for_next(self) -> None:
        """Wait for what happens next: a request is done, or more have come."""
        note = self._notes.get()
        if isinstance(note, _Done):
            self._end(note)
        else:
            self.receiving -= 1
            self.is_empty = not note.records
            self.begin(note.records, given=False)

    def _end(self, done: "_Done") -> None:
        """Do with its message what the request's result asks."""
        self.pending -= 1
        if done.retry:
            self._chores.append(self.pool.submit(self.queue.retry_soon, done.record))
            self._again += [done.record] if done.given else []
        elif not done.given:
            self._deletable.append(done.record)
            if len(self._deletable) == MAX_BATCH:
                self._delete()

    def finish(self) -> list[Record]:
        """Wait until the queue knows all; return the event's records that are to come again."""
        self._delete()
        # Lambda may stop the process as soon as it has the answer.
        wait(self._chores)
        return self._again

    def _handle(self, record: Record, given: bool) -> None:
        self._notes.put(_Done(record, given, self.handle(record)))

    def _receive(self) -> None:
        records: Sequence[Record] = ()
        try:
            records = self.queue.receive()
        finally:
            self._notes.put(_Received(records))

    def _delete(self) -> None:
        if self._deletable:
            self._chores.append(self.pool.submit(self.queue.delete, self._deletable))
            self._deletable = []
