"""What an execution's history says about its activities' tasks."""

from collections.abc import Iterator, Mapping
from typing import Any

from activity_dispatch.domain.polls import poll_id_of


def open_polls(events: Iterator[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the ids of our polls whose tasks, as the history says, had no outcome yet."""
    polls: dict[int, str] = {}
    for event in events:
        name = event.get("activityStartedEventDetails", {}).get("workerName", "")
        poll_id = poll_id_of(name)
        if poll_id is not None:
            polls[event["id"]] = poll_id
        elif event["type"] in _SETTLED:
            # An activity's outcome names its start as the event before. A timeout is no outcome of ours.
            polls.pop(event.get("previousEventId", 0), None)
    return tuple(polls.values())


_SETTLED = ("ActivitySucceeded", "ActivityFailed")


_EXECUTION_ENDS = ("ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut")
