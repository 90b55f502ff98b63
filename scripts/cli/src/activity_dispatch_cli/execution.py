"""Start an execution and follow it, event by event, until it ends."""

import json
import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Protocol

from activity_dispatch_cli import history
from activity_dispatch_cli.errors import CommandError, Exit
from activity_dispatch_cli.history import Event

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef

EXIT_CODES = {
    "SUCCEEDED": Exit.DONE,
    "FAILED": Exit.FAILED,
    "TIMED_OUT": Exit.TIMED_OUT,
    "ABORTED": Exit.ABORTED,
}


class Watch(Protocol):
    """Looks at what belongs to an execution each time that its history is read."""

    def note(self, event: Event) -> None:
        """Take an event of the history."""
        ...

    def lines(self) -> Iterable[str]:
        """Return what is new."""
        ...


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


def start(client: "SFNClient", state_machine: str, document: Any) -> str:
    """Start an execution with `document` as its input and return its ARN."""
    return client.start_execution(stateMachineArn=state_machine, input=json.dumps(document))["executionArn"]


def follow(
    client: "SFNClient",
    arn: str,
    *,
    tell: Callable[[str], None],
    interval_seconds: float = 0.5,
    limit_seconds: float | None = None,
    watch: Watch | None = None,
) -> Ended:
    """Pass every event to `tell` once, in words, until the end, and what `watch` sees meanwhile.

    Raises CommandError after `limit_seconds`.
    """
    deadline = math.inf if limit_seconds is None else time.monotonic() + limit_seconds
    events: list[Event] = []
    narrator: history.Narrator | None = None
    ended_before = False
    while True:
        # Before the history, so that the history is at least as new as the status.
        now = client.describe_execution(executionArn=arn)
        narrator = narrator or history.Narrator(now["startDate"])
        newer = newer_events(client, arn, events[-1]["id"] if events else 0)
        events += newer
        for line in _told(narrator, newer, watch):
            tell(line)
        ended = now["status"] in EXIT_CODES
        # The history may lag behind the status or lack its last event: read it once more, but not forever.
        if ended and (ended_before or (events and events[-1]["type"] in history.ENDS)):
            return _ended(now, events)
        ended_before = ended
        if time.monotonic() > deadline:
            raise CommandError(f"the execution did not end within {limit_seconds:.0f} s: {arn}", Exit.FAILED)
        time.sleep(interval_seconds)


def _told(narrator: history.Narrator, events: Iterable[Event], watch: Watch | None) -> Iterator[str]:
    for event in events:
        yield from narrator.lines(event)
        if watch is not None:
            watch.note(event)
    if watch is not None:
        for line in watch.lines():
            yield narrator.aside(datetime.now(UTC), line)


def newer_events(client: "SFNClient", arn: str, after: int) -> list[Event]:
    """Return the events whose id is greater than `after`, oldest first.

    They are read newest first, so that following a long execution reads each page about once.
    """
    newest_first = takewhile(lambda event: event["id"] > after, _newest_first(client, arn))
    return list(newest_first)[::-1]


def _newest_first(client: "SFNClient", arn: str) -> Iterator[Event]:
    paginator = client.get_paginator("get_execution_history")
    for page in paginator.paginate(executionArn=arn, reverseOrder=True, includeExecutionData=True):
        for event in page["events"]:
            yield dict(event)


def _ended(described: "DescribeExecutionOutputTypeDef", events: list[Event]) -> Ended:
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
