"""The dispatch queue: sends requests; receives, deletes and retries messages.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
"""

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.domain.requests import DispatchRequest

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LOG = logging.getLogger(__name__)

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
MAX_BATCH = 10
MAX_BACKOFF_SECONDS = 60

# A message as an event source mapping passes it to a function.
type Record = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class RequestReceiver:
    """Receives dispatch requests.

    Problems with SQS are logged: a message that was not deleted is delivered again and finds no task.
    """

    sqs: "SQSClient"
    url: str
    jitter: Callable[[float, float], float] = random.uniform

    def receive(self, count: int = MAX_BATCH, *, wait_seconds: int = 0) -> Sequence[Record]:
        """Return up to `count` messages, at most ten; with none, wait for some for up to `wait_seconds`."""
        try:
            messages = self.sqs.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=count,
                WaitTimeSeconds=wait_seconds,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            ).get("Messages", [])
        except (ClientError, BotoCoreError) as error:
            LOG.warning("no more messages received: %s", error)
            return []
        return [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message.get("Attributes", {}),
            }
            for message in messages
        ]

    def delete(self, records: Sequence[Record]) -> None:
        """Delete messages that `receive` returned; an event source mapping deletes its own."""
        for chunk in batched(records, MAX_BATCH):
            entries = [
                {"Id": str(number), "ReceiptHandle": record["receiptHandle"]}
                for number, record in enumerate(chunk)
            ]
            try:
                failed = self.sqs.delete_message_batch(QueueUrl=self.url, Entries=entries).get("Failed")  # type: ignore[arg-type]
            except (ClientError, BotoCoreError) as error:
                LOG.warning("%d messages not deleted: %s", len(entries), error)
                continue
            if failed:
                LOG.warning("%d messages not deleted: %s", len(failed), failed[0]["Code"])

    def retry_soon(self, record: Record) -> None:
        """Make a message visible again after a random delay that grows with each delivery, up to 60 s."""
        # Without this it stays hidden for the visibility timeout: minutes.
        max_delay = min(MAX_BACKOFF_SECONDS, 2 ** min(receive_count(record), MAX_BACKOFF_SECONDS))
        try:
            self.sqs.change_message_visibility(
                QueueUrl=self.url,
                ReceiptHandle=record["receiptHandle"],
                VisibilityTimeout=round(self.jitter(1, max_delay)),
            )
        except (ClientError, BotoCoreError) as error:
            LOG.warning("message %s will be retried late: %s", record["messageId"], error)


def is_message(record: Any) -> bool:
    """Return whether this is an SQS message, which a batch response can name; log anything else."""
    is_valid = isinstance(record, Mapping) and all(
        isinstance(record.get(key), str) and record[key] for key in ("messageId", "receiptHandle", "body")
    )
    if not is_valid:
        # Log only the keys: the body may hold a task's token.
        keys = sorted(map(str, record)) if isinstance(record, Mapping) else type(record).__name__
        LOG.error("not an SQS message, dropped: %.500s", keys)
    return is_valid


def receive_count(record: Record) -> int:
    """Return how often a message has been delivered, including this time."""
    try:
        return max(1, int(record["attributes"]["ApproximateReceiveCount"]))
    except (LookupError, TypeError, ValueError, OverflowError):
        LOG.error("message %s: ApproximateReceiveCount is missing or invalid", record["messageId"])
        return 1


@dataclass(frozen=True, kw_only=True)
class RequestSender:
    """Sends dispatch requests. `client` is called for each batch, so no client is created before."""

    client: Callable[[], "SQSClient"]
    url: str

    def send(self, request: DispatchRequest, count: int = 1, *, delay_seconds: int = 0) -> None:
        """Send the request `count` times, to be received after a delay of up to 900 s.

        Raises RequestsNotSent, ClientError, BotoCoreError.
        """
        self.send_all([request] * count, delay_seconds=delay_seconds)

    def send_all(self, requests: Sequence[DispatchRequest], *, delay_seconds: int = 0) -> None:
        """Send each request once. Delay and errors as for `send`."""
        messages = [{"MessageBody": each.to_json(), "DelaySeconds": delay_seconds} for each in requests]
        for chunk in batched(enumerate(messages), MAX_BATCH):
            entries = [{"Id": str(number), **message} for number, message in chunk]
            response = self.client().send_message_batch(QueueUrl=self.url, Entries=entries)  # type: ignore[arg-type]
            if failed := response.get("Failed"):
                raise RequestsNotSent(f"{len(failed)} of {len(entries)}: {failed[0]['Code']}")


class RequestsNotSent(Exception):
    """SQS accepted only some of the dispatch requests."""
