"""An SQS batch of dispatch requests, handled in parallel and answered request by request.

Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from activity_dispatch.dispatch.batch_run import BatchRun
from activity_dispatch.dispatch.dispatcher import Result
from activity_dispatch.domain.limits import POLL_READ_TIMEOUT_SECONDS
from activity_dispatch.store.dispatch_queue import Record, RequestReceiver, is_message, receive_count

LOG = logging.getLogger(__name__)

# An empty poll is worth one more: the task may have been scheduled late.
MAX_EMPTY_POLLS = 2
# Calls for more messages that are under way at a time.
MAX_RECEIVING = 2
# After the poll: recording the task and starting the job, with retries.
START_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class BatchHandler:
    """Handles the records of an SQS event, and what waits behind them, `threads` at a time.

    `clock` is monotonic, in seconds.
    """

    handle: Callable[[str], Result]
    queue: RequestReceiver
    threads: int = 10
    clock: Callable[[], float] = time.monotonic
    workers: ThreadPoolExecutor = field(init=False)
    receivers: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        """Create the threads once: they live as long as the function's environment."""
        object.__setattr__(self, "workers", ThreadPoolExecutor(self.threads, "dispatch"))
        object.__setattr__(self, "receivers", ThreadPoolExecutor(MAX_RECEIVING, "receive"))

    def run(self, records: Sequence[Record], seconds_left: float) -> dict[str, list[dict[str, str]]]:
        """Return SQS's partial batch response: the requests to deliver again.

        Requests go back untried when too little time is left for a poll. Behind a full batch more
        requests wait: threads that are free receive those from the queue directly, while there is time
        for their polls. One process with many polls costs less than many processes with few.
        """
        records = [record for record in records if is_message(record)]
        spare = seconds_left - POLL_READ_TIMEOUT_SECONDS - START_SECONDS
        if spare < 0:
            LOG.error("%.0f s left are too few for a poll: batch given back", seconds_left)
            failed = records
            for record in failed:
                self.queue.retry_soon(record)
        else:
            failed = self._handle_all(records, until=self.clock() + spare)
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}

    def _handle_all(self, records: Sequence[Record], until: float) -> list[Record]:
        """Handle these and what waits behind them; return those of them to deliver again."""
        run = BatchRun(
            needs_retry=self._needs_retry, queue=self.queue, workers=self.workers, receivers=self.receivers
        )
        run.handle_event(records)
        while run.is_busy:
            while run.can_receive(threads=self.threads, at_once=MAX_RECEIVING) and self.clock() < until:
                run.receive()
            run.wait_for_next()
        return run.finish()

    def _needs_retry(self, record: Record) -> bool:
        try:
            result = self.handle(record["body"])
        except Exception:
            # One request must not take its batch along; after 20 receives it is a dead letter.
            LOG.exception("message %s: unexpected error", record["messageId"])
            return True
        if result is Result.NO_TASK:
            return receive_count(record) < MAX_EMPTY_POLLS
        return result is Result.RETRY
