"""Handles an SQS batch of dispatch requests in parallel and reports each request on its own.

Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import logging
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from activity_dispatch.dispatch.batch_run import BatchRun
from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.limits import POLL_READ_TIMEOUT_SECONDS
from activity_dispatch.store.dispatch_queue import Record, RequestReceiver, is_message, receive_count

LOG = logging.getLogger(__name__)

# An empty poll is repeated once: the task may have been scheduled late.
MAX_EMPTY_POLLS = 2
# Concurrent calls for more messages, and to delete or retry them.
MAX_RECEIVING = 2
MAX_RETURNING = 2
# Recording the task and starting the job after the poll, retries included.
START_SECONDS = 20
# An invocation stops taking messages somewhere in this last part of the time in which polls may begin, then
# its polls run out. All dispatchers that a burst started would otherwise take none in the same minute.
EARLY_END_SECONDS = 150.0


@dataclass(frozen=True, kw_only=True)
class BatchHandler:
    """Handles the records of an SQS event, and those queued behind them, `threads` at a time.

    `handle` is given a request's body, and a function that returns the time in which a poll may begin.
    `clock` is monotonic, in seconds.
    """

    handle: Callable[[str, Callable[[], float]], Result]
    queue: RequestReceiver
    threads: int = 10
    clock: Callable[[], float] = time.monotonic
    jitter: Callable[[float, float], float] = random.uniform
    workers: ThreadPoolExecutor = field(init=False)
    callers: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        """Create the thread pools, which live as long as the function's environment."""
        object.__setattr__(self, "workers", ThreadPoolExecutor(self.threads, "dispatch"))
        object.__setattr__(self, "callers", ThreadPoolExecutor(MAX_RECEIVING + MAX_RETURNING, "queue"))

    def run(self, records: Sequence[Record], seconds_left: float) -> dict[str, list[dict[str, str]]]:
        """Handle the records; return SQS's partial batch response with the requests to deliver again.

        When `seconds_left` is too short for a poll, all requests go back untried. More requests may be
        queued: free threads receive them directly, as long as there is time for their polls. One process
        with many polls costs less than many processes with few. An invocation whose requests are all
        handled ends, but one whose polls wait goes on receiving.
        """
        records = [record for record in records if is_message(record)]
        spare = seconds_left - POLL_READ_TIMEOUT_SECONDS - START_SECONDS
        if spare < 0:
            LOG.error("%.0f s left, too few for a poll: batch returned to the queue", seconds_left)
            failed = records
            for record in failed:
                self.queue.retry_soon(record)
        else:
            failed = self._handle_all(records, until=self.clock() + spare)
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}

    def _handle_all(self, records: Sequence[Record], until: float) -> list[Record]:
        """Handle the records and those queued behind them; return the ones of `records` to deliver again.

        Polls may begin until `until`.
        """
        run = BatchRun(
            needs_retry=lambda record: self._needs_retry(record, lambda: until - self.clock()),
            queue=self.queue,
            workers=self.workers,
            callers=self.callers,
            threads=self.threads,
            max_calls=MAX_RECEIVING,
            clock=self.clock,
        )
        early = min(EARLY_END_SECONDS, max(0.0, until - self.clock()))
        take_until = until - self.jitter(0.0, early)
        run.handle_event(records)
        while run.is_busy:
            is_taking = self.clock() < take_until
            while is_taking and run.receive():
                pass
            run.wait_for_next(looks_again=is_taking)
        return run.finish()

    def _needs_retry(self, record: Record, seconds_left: Callable[[], float]) -> bool:
        try:
            result = self.handle(record["body"], seconds_left)
        except Exception:
            # One request must not fail its batch; after 20 receives it goes to the dead-letter queue.
            LOG.exception("message %s: unexpected error", record["messageId"])
            return True
        if result is Result.NO_TASK:
            return receive_count(record) < MAX_EMPTY_POLLS
        return result is Result.RETRY
