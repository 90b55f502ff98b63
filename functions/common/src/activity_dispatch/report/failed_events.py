"""Keeps a record of an event that the reporter could not handle, without what is secret in it.

The record of a failed invocation holds the function's whole payload, with the task's token and input. So
Lambda keeps none for the reporter: a failure destination would get the event as it is.
Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from activity_dispatch.aws.errors import error_code
from activity_dispatch.domain.tasks import is_task_id
from activity_dispatch.runtime.composition import Runtime

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LOG = logging.getLogger(__name__)

# Lambda repeats a failed invocation after one minute, and after two more: the attempt of an older event is
# its last.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
LAST_ATTEMPT_SECONDS = 150
MAX_CHARACTERS = 300
MAX_RESOURCES = 10


@dataclass(frozen=True, kw_only=True)
class FailedEvents:
    """Sends records to the dead-letter queue."""

    sqs: Callable[[], "SQSClient"]
    url: str

    def keep(self, event: Mapping[str, Any], error: Exception, began: float) -> bool:
        """Keep a record if this was the last attempt; return False if Lambda will make another one.

        `began` is when the attempt began, in seconds since 1970: a large abort takes minutes. Raises
        ClientError and BotoCoreError if the record can't be sent.
        """
        age = began - _time_of(event)
        record = record_of(event, error)
        LOG.error("event of %.0f s ago not handled: %s", age, record, exc_info=error)
        if age < LAST_ATTEMPT_SECONDS:
            return False
        self.sqs().send_message(QueueUrl=self.url, MessageBody=json.dumps(record))
        return True


def record_of(event: Mapping[str, Any], error: Exception) -> Mapping[str, Any]:
    """Return what may be kept of an event: what it is about, and never a payload, an input or an output."""
    request, context = _part(event, "requestPayload"), _part(event, "requestContext")
    task_id = request.get("task_id")
    resources = event.get("resources")
    texts = {
        # By its code: a message may repeat what was sent.
        "error": error_code(error) if isinstance(error, ClientError) else type(error).__name__,
        "id": event.get("id"),
        "time": event.get("time") or event.get("timestamp"),
        "source": event.get("source"),
        "detail-type": event.get("detail-type"),
        "task_id": task_id if is_task_id(task_id) else None,
        "request_id": context.get("requestId"),
        "function": context.get("functionArn"),
        "condition": context.get("condition"),
    }
    kept = {name: text[:MAX_CHARACTERS] for name, text in texts.items() if isinstance(text, str)}
    arns = [arn for arn in resources if isinstance(arn, str)] if isinstance(resources, list) else []
    return {**kept, "resources": [arn[:MAX_CHARACTERS] for arn in arns[:MAX_RESOURCES]]}


def make_failed_events(runtime: Runtime) -> FailedEvents:
    """Compose it from the runtime's parts."""
    url = runtime.settings.report_dead_letter_url
    return FailedEvents(sqs=lambda: runtime.clients.sqs, url=url)


def _part(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = event.get(name)
    return part if isinstance(part, Mapping) else {}


def _time_of(event: Mapping[str, Any]) -> float:
    """Return when the event happened; long ago if it does not say."""
    text = event.get("time") or event.get("timestamp")
    try:
        at = datetime.fromisoformat(str(text))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return 0.0
