"""Reads logs as they become readable."""

from typing import Any


def readable(client: Any, group: str, **streams: Any) -> list[str]:
    """Return the lines of a log group that can be read by now, by stream; none if it is missing."""
    pages = client.get_paginator("filter_log_events").paginate(logGroupName=group, **streams)
    try:
        events = [event for page in pages for event in page["events"]]
    except client.exceptions.ResourceNotFoundException:
        return []
    events.sort(key=lambda event: event["logStreamName"])
    return [event["message"] for event in events]


def written_bytes(client: Any, group: str) -> int:
    """Return how much was written to a log group, readable or not; 0 if it is missing."""
    found = client.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    return sum(each["storedBytes"] for each in found if each["logGroupName"] == group)
