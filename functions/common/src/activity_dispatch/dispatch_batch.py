"""An SQS batch of dispatch requests, handled in parallel, answered request by request.

Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.dispatching import Result
from activity_dispatch.limits import POLL_READ_TIMEOUT_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LOG = logging.getLogger(__name__)

# A poll that comes back empty is worth one more: the task may have been scheduled late.
MAX_EMPTY_POLLS = 2
# After the poll: recording the task and starting the job, with retries.
START_SECONDS = 20
MAX_BACKOFF_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class BatchHandler:
    """Handles the records of an SQS event with up to `threads` at a time."""

    handle: Callable[[str], Result]
    sqs: "SQSClient"
    queue_url: str
    threads: int = 10
    jitter: Callable[[float, float], float] = random.uniform
    pool: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        """Make the threads once: they live as long as the function's environment."""
        object.__setattr__(self, "pool", ThreadPoolExecutor(self.threads, "dispatch"))

    def run(
        self, records: Sequence[Mapping[str, Any]], seconds_left: float
    ) -> dict[str, list[dict[str, str]]]:
        """Return SQS's partial batch response: the requests that are to come again.

        Requests for which not enough time is left for a poll are given back untried.
        """
        records = [record for record in records if _is_message(record)]
        if seconds_left < POLL_READ_TIMEOUT_SECONDS + START_SECONDS:
            LOG.error("%.0f s left are too few for a poll: batch given back", seconds_left)
            again = records
        else:
            results = self.pool.map(self._handle_record, records)
            again = [record for record, retry in zip(records, results, strict=True) if retry]
        for record in again:
            self._come_again_soon(record)
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in again]}

    def _handle_record(self, record: Mapping[str, Any]) -> bool:
        try:
            result = self.handle(record["body"])
        except Exception:
            # One request must not take its batch along; it goes to the dead-letter queue in time.
            LOG.exception("message %s: unexpected error", record["messageId"])
            return True
        if result is Result.NO_TASK:
            return _receive_count(record) < MAX_EMPTY_POLLS
        return result is Result.RETRY

    def _come_again_soon(self, record: Mapping[str, Any]) -> None:
        # Otherwise the request stays hidden for the visibility timeout, which is minutes.
        longest = min(MAX_BACKOFF_SECONDS, 2 ** min(_receive_count(record), MAX_BACKOFF_SECONDS))
        try:
            self.sqs.change_message_visibility(
                QueueUrl=self.queue_url,
                ReceiptHandle=record["receiptHandle"],
                VisibilityTimeout=round(self.jitter(1, longest)),
            )
        except (ClientError, BotoCoreError) as error:
            LOG.warning("message %s comes back late: %s", record["messageId"], error)


def _is_message(record: Any) -> bool:
    """Tell whether this is a message of SQS, which can be named in the answer; any other is dropped."""
    is_one = isinstance(record, Mapping) and all(
        isinstance(record.get(key), str) and record[key] for key in ("messageId", "receiptHandle", "body")
    )
    if not is_one:
        # Without what is in it: its body may hold a task's token.
        keys = sorted(map(str, record)) if isinstance(record, Mapping) else type(record).__name__
        LOG.error("no message of SQS, dropped: %.500s", keys)
    return is_one


def _receive_count(record: Mapping[str, Any]) -> int:
    try:
        return max(1, int(record["attributes"]["ApproximateReceiveCount"]))
    except (LookupError, TypeError, ValueError, OverflowError):
        LOG.error("message %s: does not say how often it came", record["messageId"])
        return 1
