"""What an execution's history says about its activity tasks.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from activity_dispatch.domain.polls import poll_id_of

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

# GetExecutionHistory's maximum.
PAGE_EVENTS = 1_000
_TASK_ENDS = ("ActivitySucceeded", "ActivityFailed")
_EXECUTION_ENDS = ("ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut")

type Event = Mapping[str, Any]


def history_of(client: "SFNClient", execution_arn: str) -> Iterator[Event]:
    """Yield an execution's events, oldest first, without inputs and outputs.

    Raises ClientError and BotoCoreError.
    """
    pages: Iterable[Any] = client.get_paginator("get_execution_history").paginate(
        executionArn=execution_arn, includeExecutionData=False, PaginationConfig={"PageSize": PAGE_EVENTS}
    )
    for page in pages:
        yield from page["events"]


def open_polls(events: Iterable[Event]) -> tuple[str, ...]:
    """Return the ids of the stack's polls whose tasks have no outcome in the history yet.

    An execution that was redriven is no exception: the jobs of an earlier round may still run.
    """
    polls: dict[int, str] = {}
    for event in events:
        name = event.get("activityStartedEventDetails", {}).get("workerName", "")
        poll_id = poll_id_of(name)
        if poll_id is not None:
            polls[event["id"]] = poll_id
        elif event["type"] in _TASK_ENDS:
            # A task's outcome names its start as the previous event. A timeout is Step Functions' own.
            polls.pop(event.get("previousEventId", 0), None)
    return tuple(polls.values())


@dataclass(frozen=True, kw_only=True)
class ScheduledTasks:
    """When an activity's tasks were scheduled, in seconds since 1970: `all`, and those `left` to take."""

    all: tuple[float, ...]
    left: tuple[float, ...]


def scheduled_tasks(events: Iterable[Event], activity_arn: str) -> ScheduledTasks:
    """Return the activity's tasks in the history."""
    scheduled: dict[int, float] = {}
    left: dict[int, float] = {}
    for event in events:
        # A task's start, or its end without one, names its scheduling as the previous event.
        left.pop(event.get("previousEventId", 0), None)
        if event.get("activityScheduledEventDetails", {}).get("resource") == activity_arn:
            left[event["id"]] = scheduled[event["id"]] = event["timestamp"].timestamp()
        elif event["type"] in _EXECUTION_ENDS:
            left.clear()
    return ScheduledTasks(all=tuple(scheduled.values()), left=tuple(left.values()))
