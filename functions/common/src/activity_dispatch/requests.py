"""Dispatch requests: messages of the dispatch queue.

One says that one task of an activity is, or is about to be, scheduled.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
MAX_BATCH = 10


class InvalidRequest(Exception):
    """A dispatch request is malformed; the message names the field."""


class RequestsNotSent(Exception):
    """SQS took fewer dispatch requests than it was given."""


@dataclass(frozen=True, kw_only=True)
class DispatchRequest:
    """One task of this activity is, or is about to be, scheduled.

    A `stray` is one that no request was made for, or whose request was lost: where one is found,
    there may be more. `requested_by` is the execution that asked, at `requested_at`, in seconds since
    1970: the task that a poll brings may be another execution's, which asked at about the same time.
    """

    activity_arn: str
    stray: bool = False
    requested_by: str | None = None
    requested_at: float | None = None

    @classmethod
    def from_json(cls, body: str) -> "DispatchRequest":
        """Read the body of a message of the dispatch queue."""
        try:
            document = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise InvalidRequest(f"not JSON: {error}") from error
        if not isinstance(document, dict):
            raise InvalidRequest(f"{type(document).__name__}; it must be an object")
        arn = document.get("activity_arn")
        if not isinstance(arn, str) or ":activity:" not in arn:
            raise InvalidRequest(f"activity_arn: {arn!r}; it must be an activity's ARN")
        execution = document.get("execution_arn")
        return cls(
            activity_arn=arn,
            stray=document.get("stray") is True,
            requested_by=execution if isinstance(execution, str) else None,
            requested_at=_seconds(document.get("state_entered_at")),
        )

    def to_json(self) -> str:
        """Return the body of a message."""
        stray = {"stray": True} if self.stray else {}
        return json.dumps({"activity_arn": self.activity_arn, **stray})


def _seconds(time: object) -> float | None:
    # For a metric only: a time that is none costs no task.
    try:
        return datetime.fromisoformat(time).timestamp() if isinstance(time, str) else None
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, kw_only=True)
class RequestQueue:
    """Sends dispatch requests. The client is made when the first one is sent."""

    client: Callable[[], "SQSClient"]
    url: str

    def send(self, request: DispatchRequest, count: int = 1, *, delay_seconds: int = 0) -> None:
        """Send the request so many times, to be received after a delay of up to 900 s.

        Raises RequestsNotSent, ClientError, BotoCoreError.
        """
        message = {"MessageBody": request.to_json(), "DelaySeconds": delay_seconds}
        for some in batched(range(count), MAX_BATCH, strict=False):
            entries = [{"Id": str(number), **message} for number in some]
            response = self.client().send_message_batch(QueueUrl=self.url, Entries=entries)  # type: ignore[arg-type]
            if failed := response.get("Failed"):
                raise RequestsNotSent(f"{len(failed)} of {len(entries)}: {failed[0]['Code']}")
