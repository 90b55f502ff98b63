"""Logs are read as they become readable."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from activity_dispatch_cli.logs import LONGEST_WAIT_SECONDS, MAX_LINES, lines_since, written_by_now

GROUP = "/aws/lambda/one"


class Missing(Exception):
    """The group does not exist."""


class Logs:
    """CloudWatch Logs: each event is (stream, written at, readable at, message), times in seconds."""

    def __init__(self, *events: tuple[str, int, float, str]) -> None:
        """Start at second 100."""
        self.events, self.now, self.exists = events, 100.0, True
        self.exceptions = type("Exceptions", (), {"ResourceNotFoundException": Missing})

    def sleep(self, seconds: float) -> None:
        """Move the clock on."""
        self.now += seconds

    def get_paginator(self, name: str) -> Any:
        """Return a paginator."""
        return type("Paginator", (), {"paginate": staticmethod(getattr(self, name))})

    def describe_log_streams(self, *, logGroupName: str) -> Any:  # noqa: N803
        """Return the streams, one a page; one that is empty has no times."""
        self.check(logGroupName)
        last = {stream: at * 1000 for stream, at, _, _ in self.events}
        yield {"logStreams": [{"logStreamName": "empty"}]}
        for stream, at in last.items():
            yield {"logStreams": [{"logStreamName": stream, "lastIngestionTime": at}]}

    def filter_log_events(self, *, logGroupName: str, startTime: int) -> Any:  # noqa: N803
        """Return the readable events, one a page; an empty page comes first."""
        self.check(logGroupName)
        yield {"events": []}
        for stream, at, readable, message in self.events:
            if readable <= self.now and at * 1000 >= startTime:
                event = {"logStreamName": stream, "timestamp": at * 1000, "message": message}
                yield {"events": [{**event, "ingestionTime": at * 1000}]}

    def check(self, group: str) -> None:
        """Raise Missing unless the group exists."""
        if not self.exists or group != GROUP:
            raise Missing


def read(logs: Any, since: datetime | None = None) -> list[str]:
    return [event["message"] for event in written_by_now(logs, GROUP, since, sleep=logs.sleep)]


def test_what_was_written_is_awaited_in_every_stream() -> None:
    logs = Logs(("b", 99, 104.0, "late\n"), ("a", 98, 99.0, "early"), ("a", 99, 102.0, "later"))
    assert read(logs) == ["early", "late\n", "later"]
    assert logs.now == 104.0


def test_what_can_be_read_at_once_is_not_waited_for() -> None:
    logs = Logs(("a", 98, 99.0, "early"))
    assert (read(logs), logs.now) == (["early"], 100.0)


def test_a_line_that_never_comes_does_not_keep_the_others() -> None:
    logs = Logs(("a", 98, 99.0, "early"), ("b", 98, 1_000.0, "lost"))
    assert (read(logs), logs.now) == (["early"], 100.0 + LONGEST_WAIT_SECONDS)


def test_older_streams_are_not_waited_for() -> None:
    logs = Logs(("a", 10, 99.0, "old"), ("b", 95, 99.0, "new"))
    assert read(logs, datetime.fromtimestamp(90, UTC)) == ["new"]
    assert logs.now == 100.0


def test_a_group_that_does_not_exist_is_empty() -> None:
    logs = Logs()
    logs.exists = False
    assert read(logs) == []


def test_the_last_lines_are_shown() -> None:
    logs: Any = Logs(*[("a", number, 0.0, f"line {number} \n") for number in range(MAX_LINES + 5)])
    lines = lines_since(logs, GROUP, datetime.fromtimestamp(0, UTC))
    assert (len(lines), lines[0], lines[-1]) == (MAX_LINES, "line 5", f"line {MAX_LINES + 4}")
