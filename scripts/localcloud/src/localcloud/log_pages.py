"""Logs are read late and in pages, as CloudWatch Logs gives them.

LocalStack shows a line at once and fills every page. On AWS a line is readable some seconds after
it was written, a page can be partial or empty although there is more behind its token, and only
the end of a stream answers the token that it was asked for.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
"""

import copy
import os
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from moto.logs.exceptions import InvalidParameterException
from moto.logs.models import LogEvent, LogGroup, LogStream

from localcloud.wrapping import wrap

SEED_VARIABLE = "LOCALCLOUD_LOG_SEED"
# How late the last of a batch's lines may become readable.
MAX_SECONDS = 5.0
_MAX_PAGE_EVENTS = 10_000
_MAX_PAGE_BYTES = 1_048_576
_EVENT_OVERHEAD_BYTES = 26
_PARTIAL, _EMPTY = 0.3, 0.15
# So many empty pages may follow each other.
_MAX_EMPTY = 3
_TOKEN = re.compile(r"([fb])/(\d{56})/(\d)")

type _Page = tuple[list[dict[str, Any]], str, str]


def install() -> None:
    """Read late and page by page."""
    _read_pages()
    _filter_pages()


def _read_pages() -> None:

    @wrap(LogStream, "get_log_events")
    def get_log_events(
        _original: Callable[..., _Page],
        stream: LogStream,
        start_time: int | None,
        end_time: int | None,
        limit: int | None,
        next_token: str | None,
        start_from_head: bool,
    ) -> _Page:
        found = [
            event
            for event in readable(stream, time.time())
            if (start_time or 0) <= event.timestamp and (not end_time or event.timestamp < end_time)
        ]
        found.sort(key=lambda event: event.timestamp)
        size = limit or _MAX_PAGE_EVENTS
        return _page(found, size, next_token, from_head=bool(start_from_head))


def _filter_pages() -> None:
    @wrap(LogStream, "filter_log_events")
    def filter_stream(original: Callable[..., Any], stream: LogStream, *args: Any) -> Any:
        seen = copy.copy(stream)
        seen.events = list(readable(stream, time.time()))
        return original(seen, *args)

    @wrap(LogGroup, "filter_log_events")
    def filter_group(
        original: Callable[..., Any],
        group: LogGroup,
        log_group_name: str,
        log_stream_names: list[str],
        start_time: int,
        end_time: int,
        limit: int | None,
        next_token: str | None,
        *more: Any,
    ) -> Any:
        empty, token = _parsed(next_token)
        if _is_empty(empty):
            return [], f"{empty + 1}#{token}", []
        size = _size(limit or _MAX_PAGE_EVENTS)
        given = (log_stream_names, start_time, end_time, size, token or None, *more)
        events, further, searched = original(group, log_group_name, *given)
        return events, None if further is None else f"0#{further}", searched


def readable(stream: LogStream, now: float) -> Iterator[LogEvent]:
    """Yield the lines that can be read by now; each batch is delayed, and never before another."""
    batch, written, since = -1, None, 0.0
    for event in stream.events:
        if event.ingestion_time != written:
            batch, written = batch + 1, event.ingestion_time
            delay = _delay(stream.log_group.name, stream.log_stream_name, batch)
            since = max(since, written / 1000 + delay)
        if since > now:
            return
        yield event


def _page(events: Sequence[LogEvent], limit: int, token: str | None, *, from_head: bool) -> _Page:
    forward, position, empty = _position(token, from_head, len(events))
    left = len(events) - position if forward else position
    if left <= 0 and token is not None:
        return [], *(
            (f"b/{position:056d}/0", token) if forward else (token, f"f/{position:056d}/0")
        )
    first = last = position
    if left and _is_empty(empty):
        return _answer([], first, last, forward=forward, empty=empty + 1)
    size = min(left, _size(limit))
    first, last = (position, position + size) if forward else (position - size, position)
    while sum(map(_weight, events[first:last])) > _MAX_PAGE_BYTES:
        first, last = (first, last - 1) if forward else (first + 1, last)
    return _answer(events[first:last], first, last, forward=forward, empty=0)


def _answer(
    events: Sequence[LogEvent], first: int, last: int, *, forward: bool, empty: int
) -> _Page:
    """Return a page with its tokens; an empty one's token differs from the one before."""
    before, after = (0, empty) if forward else (empty, 0)
    page = [event.to_response_dict() for event in events]
    return page, f"b/{first:056d}/{before}", f"f/{last:056d}/{after}"


def _position(token: str | None, from_head: bool, length: int) -> tuple[bool, int, int]:
    """Return the direction, the place between two lines, and how many empty pages came before."""
    if token is None:
        return from_head, 0 if from_head else length, 0
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise InvalidParameterException("The specified nextToken is invalid.")
    return found[1] == "f", min(int(found[2]), length), int(found[3])


def _parsed(token: str | None) -> tuple[int, str]:
    """Return how many empty pages came before, and moto's own token."""
    empty, mark, own = (token or "0#").partition("#")
    return (int(empty), own) if mark and empty.isdecimal() else (0, token or "")


def _is_empty(before: int) -> bool:
    return before < _MAX_EMPTY and _pages().random() < _EMPTY


def _size(limit: int) -> int:
    return _pages().randint(1, limit) if _pages().random() < _PARTIAL else limit


def _weight(event: LogEvent) -> int:
    return len(event.message.encode(errors="replace")) + _EVENT_OVERHEAD_BYTES


@cache
def _pages() -> random.Random:
    """One for all pages: two readings of the same log are cut differently."""
    return random.Random(os.environ.get(SEED_VARIABLE, ""))  # noqa: S311 (no secret)


def _delay(group: str, stream: str, batch: int) -> float:
    # It is asked for again and again, and must stay the same.
    seed = f"{os.environ.get(SEED_VARIABLE, '')}/{group}/{stream}/{batch}"
    return random.Random(seed).uniform(0, MAX_SECONDS)  # noqa: S311 (no secret)
