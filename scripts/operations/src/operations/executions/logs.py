"""The logs of a stack's functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_logs import CloudWatchLogsClient

MAX_LINES = 60


def lines_since(client: CloudWatchLogsClient, group: str, since: datetime) -> list[str]:
    """Return the last lines of a log group since `since`; none when the group does not exist."""
    try:
        pages = client.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=int(since.timestamp() * 1000)
        )
        events = [event for page in pages for event in page["events"]]
    except client.exceptions.ResourceNotFoundException:
        return []
    events.sort(key=lambda event: event["timestamp"])
    return [event["message"].rstrip() for event in events][-MAX_LINES:]
