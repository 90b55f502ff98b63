"""CloudWatch Logs in memory, shaped like boto3's client, and as unkind as the service."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from activity_dispatch.testing.stepfunctions import client_error

MAX_PAGE_BYTES = 1_048_576


@dataclass(kw_only=True)
class FakeLogs:
    """Holds log lines by group and stream; any other stream has the `default` lines, and is missing if None.

    A line in `late` is readable from the time with it on, by the `clock`. `problems` are raised by the next
    calls, one each; `empty_pages` of every reading come before the first page with lines; a page has up
    to `page_size` of them. `calls` counts.
    """

    lines: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    default: list[str] | None = field(default_factory=list)
    late: dict[tuple[str, str], list[tuple[float, str]]] = field(default_factory=dict)
    problems: deque[Exception] = field(default_factory=deque)
    empty_pages: int = 0
    page_size: int = 10_000
    calls: int = 0
    clock: Callable[[], float] = time.time

    def get_log_events(
        self,
        *,
        logGroupName: str,  # noqa: N803
        logStreamName: str,  # noqa: N803
        limit: int,
        nextToken: str | None = None,  # noqa: N803
        **_: object,
    ) -> dict[str, Any]:
        """Return a page of a stream's lines, oldest first: its last ones, or those before a token."""
        self.calls += 1
        if self.problems:
            raise self.problems.popleft()
        lines = self._readable(logGroupName, logStreamName)
        empty, end = (
            (self.empty_pages, len(lines)) if nextToken is None else map(int, nextToken[2:].split("/"))
        )
        if empty > 0:
            return {"events": [], "nextBackwardToken": f"b/{empty - 1}/{end}"}
        begin = max(0, end - min(limit, self.page_size))
        while sum(len(line.encode(errors="replace")) for line in lines[begin:end]) > MAX_PAGE_BYTES:
            begin += 1
        events = [{"message": line} for line in lines[begin:end]]
        return {"events": events, "nextBackwardToken": f"b/0/{begin}"}

    def _readable(self, group: str, stream: str) -> list[str]:
        key, now = (group, stream), self.clock()
        lines = self.lines.get(key, self.default)
        late = self.late.get(key, [])
        if lines is None and not late:
            raise client_error("ResourceNotFoundException", "GetLogEvents")
        return [*(lines or []), *(line for moment, line in late if moment <= now)]
