"""The listener: turns a state machine's log events into dispatch requests.

Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html and
https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

import base64
import binascii
import gzip
import json
import logging
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from activity_dispatch.domain.activities import WakeUp, by_activity
from activity_dispatch.domain.requests import DispatchRequest, seconds_of
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.store.catalog import ActivityCatalog
from activity_dispatch.store.dispatch_queue import RequestSender

LOG = logging.getLogger(__name__)


class InvalidLogEvent(Exception):
    """The event is not one of a CloudWatch Logs subscription; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Listener:
    """Sends a request for each scheduled task of an activity whose wake-up mode is `logs`."""

    activities: ActivityCatalog
    requests: RequestSender

    def handle(self, event: Mapping[str, Any]) -> int:
        """Handle a batch of log events; return how many requests were sent.

        A line that arrives twice does no harm. Raises InvalidLogEvent, ClientError, BotoCoreError and
        RequestsNotSent; the batch is then delivered again.
        """
        sent = 0
        for arn, requests in by_activity(scheduled(event)).items():
            activity = self.activities.find(arn)
            if activity is not None and activity.wake_up is WakeUp.LOGS:
                delay = activity.overflow_after_seconds or 0
                self.requests.send_all(requests, delay_seconds=delay)
                sent += len(requests)
        return sent


def scheduled(event: Mapping[str, Any]) -> Sequence[DispatchRequest]:
    """Return a request for each task that the log reports as scheduled. Raises InvalidLogEvent."""
    return [request for line in _lines(event) if (request := _scheduled(line)) is not None]


def _lines(event: Mapping[str, Any]) -> Iterator[str]:
    try:
        document = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"], validate=True)))
        # A CONTROL_MESSAGE only tests whether the destination can be reached.
        if document["messageType"] == "DATA_MESSAGE":
            yield from [line["message"] for line in document["logEvents"]]
    except (LookupError, TypeError, ValueError, EOFError, binascii.Error, OSError, zlib.error) as error:
        raise InvalidLogEvent(f"not an event of a log subscription: {error!r}") from error


def _scheduled(line: str) -> DispatchRequest | None:
    # Cheaper than parsing. The subscription's pattern lets little else through, but is not relied on.
    if "ActivityScheduled" not in line:
        return None
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or document.get("type") != "ActivityScheduled":
        return None
    details = document.get("details")
    arn = details.get("resource") if isinstance(details, dict) else None
    if isinstance(arn, str):
        execution = document.get("execution_arn")
        return DispatchRequest(
            activity_arn=arn,
            requested_by=execution if isinstance(execution, str) else None,
            requested_at=seconds_of(document.get("event_timestamp")),
        )
    LOG.error("a task was scheduled, but the log does not name its activity")
    return None


def make_listener(runtime: Runtime) -> Listener:
    """Compose the listener."""
    return Listener(activities=runtime.activities, requests=runtime.requests)
