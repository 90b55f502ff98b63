"""A log group's subscription filters pass matching lines to a function asynchronously.

LocalStack treats every line as a match, whatever the pattern, and invokes the function in the
middle of PutLogEvents, so each event of an execution's log waits for it. With two filters, the
second one gets only the lines that the first one matched.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
"""

import base64
import gzip
import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from localstack.aws.connect import connect_to
from localstack.utils.aws import arns
from localstack.utils.aws.client_types import ServicePrincipal
from moto.core.utils import unix_time_millis
from moto.logs.models import LogEvent, LogStream

from localcloud.wrapping import wrap

LOG = logging.getLogger(__name__)

# { $.name.name = "text" }: the only patterns that the tests' stacks use.
_EQUALS = re.compile(r'\{\s*\$\.(?P<path>[\w.]+)\s*=\s*"(?P<text>[^"]*)"\s*\}')


def install() -> None:
    """Store the lines as LocalStack does, but deliver them differently."""

    @wrap(LogStream, "put_log_events")
    def put_log_events(
        _original: Callable[..., str], stream: LogStream, log_events: Sequence[Mapping[str, Any]]
    ) -> str:
        stream.last_ingestion_time = int(unix_time_millis())
        stream.stored_bytes += sum(len(event["message"]) for event in log_events)
        events = [LogEvent(stream.last_ingestion_time, event) for event in log_events]
        stream.events += events
        stream.upload_sequence_token += 1
        for subscription in list(stream.log_group.subscription_filters.values()):
            found = [e for e in events if is_match(subscription.filter_pattern, e.message)]
            if found:
                _deliver(stream, subscription, found)
        return f"{stream.upload_sequence_token:056d}"


def is_match(pattern: str, message: str) -> bool:
    """Return whether a line matches: an equation matches JSON that satisfies it.

    An empty pattern matches every line, and so does any other kind of pattern: subscribers must
    tolerate lines that AWS would leave out.
    """
    equation = _EQUALS.fullmatch(pattern.strip())
    if equation is None:
        return True
    try:
        value = json.loads(message)
    except ValueError:
        return False
    for name in equation["path"].split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return bool(value == equation["text"])


def _deliver(stream: LogStream, subscription: Any, events: Sequence[LogEvent]) -> None:
    if ":lambda:" not in subscription.destination_arn:
        LOG.error("%s: not a function, so no lines are delivered", subscription.destination_arn)
        return
    payload = {
        "messageType": "DATA_MESSAGE",
        "owner": stream.account_id,
        "logGroup": stream.log_group.name,
        "logStream": stream.log_stream_name,
        "subscriptionFilters": [subscription.name],
        "logEvents": [
            {"id": str(event.event_id), "timestamp": event.timestamp, "message": event.message}
            for event in events
        ],
    }
    data = base64.b64encode(gzip.compress(json.dumps(payload).encode())).decode()
    # A function's permission names the group with its streams.
    group = arns.log_group_arn(stream.log_group.name, stream.account_id, stream.region)
    client = connect_to(
        aws_access_key_id=stream.account_id, region_name=stream.region
    ).lambda_.request_metadata(source_arn=f"{group}:*", service_principal=ServicePrincipal.logs)
    try:
        client.invoke(
            FunctionName=subscription.destination_arn,
            InvocationType="Event",
            Payload=json.dumps({"awslogs": {"data": data}}),
        )
    except Exception:
        # A log's writer never sees a subscriber's error.
        LOG.exception("%s: lines not delivered", subscription.destination_arn)
