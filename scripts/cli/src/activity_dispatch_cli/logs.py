"""The logs of a stack's functions."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import FilteredLogEventTypeDef

MAX_LINES = 60
# CloudWatch Logs shows a line some seconds after it was written.
LONGEST_WAIT_SECONDS = 15.0
_PAUSE_SECONDS = 0.5


def lines_since(client: "CloudWatchLogsClient", group: str, since: datetime) -> list[str]:
    """Return the last lines of a log group since `since`; none when the group does not exist."""
    events = written_by_now(client, group, since)
    return [event["message"].rstrip() for event in events][-MAX_LINES:]


def written_by_now(
    client: "CloudWatchLogsClient",
    group: str,
    since: datetime | None = None,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> "list[FilteredLogEventTypeDef]":
    """Return a log group's events, in the order of their times, once those written by now can be read.

    After 15 s it returns those that can be read; none when the group does not exist. The service's own figure
    of what was written last can lag behind too, so that a line of the last seconds may be missing.
    Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogStream.html
    """
    try:
        written = _last_written(client, group)
        waited = 0.0
        while True:
            events = _readable(client, group, since)
            if _are_complete(events, written, since) or waited >= LONGEST_WAIT_SECONDS:
                return events
            sleep(_PAUSE_SECONDS)
            waited += _PAUSE_SECONDS
    except client.exceptions.ResourceNotFoundException:
        return []


def _last_written(client: "CloudWatchLogsClient", group: str) -> dict[str, int]:
    """Return when the last event of each stream was written, in milliseconds since 1970."""
    pages = client.get_paginator("describe_log_streams").paginate(logGroupName=group)
    return {
        stream["logStreamName"]: stream["lastIngestionTime"]
        for page in pages
        for stream in page["logStreams"]
        if stream.get("lastIngestionTime")
    }


def _readable(
    client: "CloudWatchLogsClient", group: str, since: datetime | None
) -> "list[FilteredLogEventTypeDef]":
    start = 0 if since is None else int(since.timestamp() * 1000)
    pages = client.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=start)
    return sorted((event for page in pages for event in page["events"]), key=lambda event: event["timestamp"])


def _are_complete(
    events: "list[FilteredLogEventTypeDef]", written: dict[str, int], since: datetime | None
) -> bool:
    read: dict[str, int] = {}
    for event in events:
        stream = event["logStreamName"]
        read[stream] = max(read.get(stream, 0), event["ingestionTime"])
    start = 0 if since is None else int(since.timestamp() * 1000)
    return all(read.get(stream, 0) >= at for stream, at in written.items() if at >= start)
