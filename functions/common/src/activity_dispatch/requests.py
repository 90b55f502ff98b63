"""Dispatch requests: messages of the dispatch queue.

One says that one task of an activity is, or is about to be, scheduled.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
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
            requested_at=seconds_of(document.get("state_entered_at")),
        )

    def to_json(self) -> str:
        """Return the body of a message."""
        stray = {"stray": True} if self.stray else {}
        asked = {} if self.requested_by is None else {"execution_arn": self.requested_by}
        if self.requested_at is not None:
            asked["state_entered_at"] = datetime.fromtimestamp(self.requested_at, UTC).isoformat()
        return json.dumps({"activity_arn": self.activity_arn, **stray, **asked})


def seconds_of(time: object) -> float | None:
    """Read a time of Step Functions, in seconds since 1970; None if it is none."""
    # For a metric only: a time that can't be read costs no task.
    if not isinstance(time, str):
        return None
    try:
        # In logs milliseconds since 1970, elsewhere as in RFC 3339.
        at = int(time) / 1000 if time.isdecimal() else datetime.fromisoformat(time).timestamp()
        return datetime.fromtimestamp(at, UTC).timestamp()
    except (ValueError, OverflowError, OSError):
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
        self.send_all([request] * count, delay_seconds=delay_seconds)

    def send_all(self, requests: Sequence[DispatchRequest], *, delay_seconds: int = 0) -> None:
        """Send each of these requests; as `send`."""
        messages = [{"MessageBody": each.to_json(), "DelaySeconds": delay_seconds} for each in requests]
        for some in batched(enumerate(messages), MAX_BATCH, strict=False):
            entries = [{"Id": str(number), **message} for number, message in some]
            response = self.client().send_message_batch(QueueUrl=self.url, Entries=entries)  # type: ignore[arg-type]
            if failed := response.get("Failed"):
                raise RequestsNotSent(f"{len(failed)} of {len(entries)}: {failed[0]['Code']}")
