"""Start an execution and follow it, event by event, until it ends."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from operations.errors import OperationError
from operations.executions import history

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef

    from operations.executions.history import Event

EXIT_CODES = {"SUCCEEDED": 0, "FAILED": 1, "TIMED_OUT": 2, "ABORTED": 3}


@dataclass(frozen=True, kw_only=True)
class Ended:
    """An execution that has ended. `events` is its complete history, oldest first."""

    arn: str
    status: str
    started: datetime
    stopped: datetime
    output: str | None
    error: str | None
    cause: str | None
    events: tuple[Event, ...]

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.status]


def start(client: SFNClient, state_machine: str, document: Any) -> str:
    """Start an execution with `document` as its input and return its ARN."""
    return client.start_execution(stateMachineArn=state_machine, input=json.dumps(document))["executionArn"]


def follow(
    client: SFNClient,
    arn: str,
    *,
    tell: Callable[[str], None],
    interval_seconds: float = 0.5,
    limit_seconds: float | None = None,
) -> Ended:
    """Pass every event to `tell` once, in words, until the end. OperationError after `limit_seconds`."""
    deadline = math.inf if limit_seconds is None else time.monotonic() + limit_seconds
    events: list[Event] = []
    narrator: history.Narrator | None = None
    ended_before = False
    while True:
        # Before the history, so that the history is at least as new as the status.
        now = client.describe_execution(executionArn=arn)
        narrator = narrator or history.Narrator(now["startDate"])
        for event in newer_events(client, arn, events[-1]["id"] if events else 0):
            events.append(event)
            for line in narrator.lines(event):
                tell(line)
        ended = now["status"] in EXIT_CODES
        # The history may lag behind the status or lack its last event: read it once more, but not forever.
        if ended and (ended_before or (events and events[-1]["type"] in history.ENDS)):
            return _ended(now, events)
        ended_before = ended
        if time.monotonic() > deadline:
            raise OperationError(f"the execution did not end within {limit_seconds:.0f} s: {arn}")
        time.sleep(interval_seconds)


def newer_events(client: SFNClient, arn: str, after: int) -> list[Event]:
    """Return the events whose id is greater than `after`, oldest first.

    They are read newest first, so that following a long execution reads each page about once.
    """
    newest_first = takewhile(lambda event: event["id"] > after, _newest_first(client, arn))
    return list(newest_first)[::-1]


def _newest_first(client: SFNClient, arn: str) -> Iterator[Event]:
    paginator = client.get_paginator("get_execution_history")
    for page in paginator.paginate(executionArn=arn, reverseOrder=True, includeExecutionData=True):
        for event in page["events"]:
            yield dict(event)


def _ended(described: DescribeExecutionOutputTypeDef, events: list[Event]) -> Ended:
    return Ended(
        arn=described["executionArn"],
        status=described["status"],
        started=described["startDate"],
        stopped=described["stopDate"],
        output=described.get("output"),
        error=described.get("error"),
        cause=described.get("cause"),
        events=tuple(events),
    )
