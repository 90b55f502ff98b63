"""A log group's subscription filters hand matching lines to a function, and nobody waits for it.

LocalStack took every line for a match, whatever the pattern, and invoked the function in the middle
of PutLogEvents: each event of an execution's log waited for it. With two filters the second one got
what was left of the first one's lines.
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

# { $.name.name = "text" }: what the tests' stacks use of the pattern language.
_EQUALS = re.compile(r'\{\s*\$\.(?P<path>[\w.]+)\s*=\s*"(?P<text>[^"]*)"\s*\}')


def install() -> None:
    """Keep the lines as LocalStack does, and deliver them in its place."""

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
    """Tell whether a line matches: no pattern matches all, an equation JSON that fulfils it.

    A pattern of another kind matches all too: what AWS would leave out must do no harm.
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
        LOG.error("%s: only functions are handed lines", subscription.destination_arn)
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
    # As a function's permission names it: with the group's streams.
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
        # What writes a log does not hear of its subscribers.
        LOG.exception("%s: lines not handed over", subscription.destination_arn)
