"""The listener: makes dispatch requests of what a state machine's log says.

Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html and
https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

import base64
import binascii
import gzip
import json
import logging
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from activity_dispatch.activities import ActivityCatalog, WakeUp
from activity_dispatch.requests import DispatchRequest, RequestQueue

LOG = logging.getLogger(__name__)


class InvalidLogEvent(Exception):
    """The function was not invoked by a subscription of CloudWatch Logs; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Listener:
    """Sends a request for each scheduled task of an activity of mode `logs`."""

    activities: ActivityCatalog
    requests: RequestQueue

    def handle(self, event: Mapping[str, Any]) -> int:
        """Handle a batch of log events; return how many requests were sent.

        Lines may come twice, which is no harm. Raises InvalidLogEvent, ClientError, BotoCoreError and
        RequestsNotSent; the batch comes again then.
        """
        sent = 0
        for arn, count in scheduled(event).items():
            activity = self.activities.find(arn)
            if activity is not None and activity.wake_up is WakeUp.LOGS:
                delay = activity.overflow_after_seconds or 0
                self.requests.send(DispatchRequest(activity_arn=arn), count, delay_seconds=delay)
                sent += count
        return sent


def scheduled(event: Mapping[str, Any]) -> Mapping[str, int]:
    """Return how many tasks the log says were scheduled, by their activities' ARNs."""
    return Counter(arn for line in _lines(event) if (arn := _scheduled(line)) is not None)


def _lines(event: Mapping[str, Any]) -> Iterator[str]:
    try:
        document = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"], validate=True)))
        # A message to find out whether the destination is there has another type.
        if document["messageType"] == "DATA_MESSAGE":
            yield from [line["message"] for line in document["logEvents"]]
    except (LookupError, TypeError, ValueError, EOFError, binascii.Error, OSError, zlib.error) as error:
        raise InvalidLogEvent(f"no event of a log subscription: {error!r}") from error


def _scheduled(line: str) -> str | None:
    # Before it is parsed: the subscription's pattern lets little else through, but nothing hangs on that.
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
        return arn
    LOG.error("a task was scheduled, and the log does not say of which activity")
    return None
