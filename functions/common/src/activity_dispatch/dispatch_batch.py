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

from activity_dispatch.dispatch_queue import DispatchQueue, Record, is_message, receive_count
from activity_dispatch.dispatching import Result
from activity_dispatch.limits import POLL_READ_TIMEOUT_SECONDS
from activity_dispatch.requests import MAX_BATCH

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LOG = logging.getLogger(__name__)

# A poll that comes back empty is worth one more: the task may have been scheduled late.
MAX_EMPTY_POLLS = 2
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
    queue: DispatchQueue = field(init=False)
    pool: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        """Make the threads once: they live as long as the function's environment."""
        queue = DispatchQueue(sqs=self.sqs, url=self.queue_url, jitter=self.jitter)
        object.__setattr__(self, "queue", queue)
        object.__setattr__(self, "pool", ThreadPoolExecutor(self.threads, "dispatch"))

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
                self.queue.come_again_soon(record)
        else:
            again = self._handle_all(records, until=self.clock() + spare)
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in again]}

    def _handle_all(self, records: Sequence[Record], until: float) -> list[Record]:
        """Handle these and what waits behind them; return those of them that are to come again."""
        run = _Run(handle=self._handle_record, queue=self.queue, pool=self.pool)
        run.begin(records, given=True)
        more = len(records) >= MAX_BATCH
        while run.pending:
            if more and run.pending + MAX_BATCH <= self.threads and self.clock() < until:
                received = self.queue.receive()
                run.begin(received, given=False)
                more = bool(received)
            else:
                run.end_one()
        return run.finish()

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


@dataclass(kw_only=True)
class _Run:
    """Requests under way, those of the event and those taken off the queue here."""

    handle: Callable[[Record], bool]
    queue: DispatchQueue
    pool: ThreadPoolExecutor
    pending: int = 0
    _again: list[Record] = field(default_factory=list)
    _deletable: list[Record] = field(default_factory=list)
    _chores: list[Future[None]] = field(default_factory=list)
    _done: SimpleQueue[tuple[Record, bool, bool]] = field(default_factory=SimpleQueue)

    def begin(self, records: Sequence[Record], *, given: bool) -> None:
        """Let the threads handle records; `given`: they are the event's."""
        for record in records:
            self.pool.submit(self._handle, record, given)
        self.pending += len(records)

    def end_one(self) -> None:
        """Wait for one of them, and do with its message what its result asks."""
        record, given, retry = self._done.get()
        self.pending -= 1
        if retry:
            self._chores.append(self.pool.submit(self.queue.come_again_soon, record))
            self._again += [record] if given else []
        elif not given:
            self._deletable.append(record)
            if len(self._deletable) == MAX_BATCH:
                self._delete()

    def finish(self) -> list[Record]:
        """Wait until the queue knows all; return the event's records that are to come again."""
        self._delete()
        # Lambda may stop the process as soon as it has the answer.
        wait(self._chores)
        return self._again

    def _handle(self, record: Record, given: bool) -> None:
        self._done.put((record, given, self.handle(record)))

    def _delete(self) -> None:
        if self._deletable:
            self._chores.append(self.pool.submit(self.queue.delete, self._deletable))
            self._deletable = []
