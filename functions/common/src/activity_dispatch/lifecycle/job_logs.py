"""Reads the end of a job's log from CloudWatch Logs.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.aws.errors import ErrorKind, classify, error_code
from activity_dispatch.domain.jobs import LogLocation
from activity_dispatch.domain.limits import MAX_LINES
from activity_dispatch.domain.log_lines import lines_of
from activity_dispatch.domain.texts import clean

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

# A page can be empty although there is more behind its token.
MAX_PAGES = 20
SECOND_READ_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 4.0
# So long after a job's end, everything it wrote can be read.
LONG_AGO_SECONDS = 30.0
_PASSING = (ErrorKind.THROTTLED, ErrorKind.UNAVAILABLE)


@dataclass(frozen=True, kw_only=True)
class LogPatience:
    """How long to wait for a log, in seconds.

    CloudWatch Logs shows a line some seconds after it was written. `result` and `reason` are how long after
    a job's end its log counts as complete, where its last line may be the result, and where it explains a
    failure. `total` limits the waiting for one log, repeated calls included.
    """

    result: float = 6.0
    reason: float = 3.0
    total: float = 20.0


@dataclass(frozen=True, kw_only=True)
class JobLog:
    """The end of a log: its last events as they are, oldest first."""

    messages: tuple[str, ...]

    @property
    def tail(self) -> tuple[str, ...]:
        """The last 20 lines as a person reads them, each cut to 1,000 characters."""
        lines = [line for message in self.messages for line in lines_of(message)]
        return tuple(lines[-MAX_LINES:])


class LogUnreadable(Exception):
    """The log can't be read now; the message says why.

    `is_missing`: there is no such log. `passes`: it may be readable later.
    """

    def __init__(self, reason: str, *, is_missing: bool = False, passes: bool = False) -> None:
        """Store the reason."""
        super().__init__(reason)
        self.is_missing, self.passes = is_missing, passes


@dataclass(frozen=True, kw_only=True)
class JobLogs:
    """Reads the logs of jobs that have ended. `clock` gives seconds since 1970."""

    client: "CloudWatchLogsClient"
    patience: LogPatience = LogPatience()
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def result(self, location: LogLocation, ended_at: float | None) -> JobLog:
        """Return a log whose last line may be a result: read twice, the same, once it counts as complete.

        Raises LogUnreadable.
        """
        reader = self._reader(location)
        ended = reader.now if ended_at is None else min(ended_at, reader.now)
        if reader.now - ended >= LONG_AGO_SECONDS:
            return reader.read()
        reader.wait_until(ended + self.patience.result)
        log = reader.read()
        while True:
            reader.wait_until(reader.now + SECOND_READ_SECONDS)
            again = reader.read()
            if again == log:
                return log
            log = again

    def reason(self, location: LogLocation, ended_at: float | None, *, since: float | None = None) -> JobLog:
        """Return a log that explains a failure: read once, soon after the end. Raises LogUnreadable.

        What is older than `since`, in seconds since 1970, is of a task that the job did before.
        """
        reader = self._reader(location, since)
        ended = reader.now if ended_at is None else min(ended_at, reader.now)
        if self.patience.total >= self.patience.reason:
            reader.wait_until(ended + self.patience.reason)
        return reader.read()

    def _reader(self, location: LogLocation, since: float | None = None) -> "_Reader":
        return _Reader(self, location, since)


class _Reader:
    """Reads one log within one time limit, which waiting uses up even if the clock stands still."""

    def __init__(self, logs: JobLogs, location: LogLocation, since: float | None) -> None:
        self._logs, self._location = logs, location
        self._window: Any = {} if since is None else {"startTime": int(since * 1000)}
        self._start, self._slept = logs.clock(), 0.0
        self._deadline = self._start + logs.patience.total

    @property
    def now(self) -> float:
        return max(self._logs.clock(), self._start + self._slept)

    def wait_until(self, moment: float) -> None:
        """Wait; LogUnreadable if that takes too long."""
        if moment > self._deadline:
            raise LogUnreadable("its last lines may still be missing", passes=True)
        self._sleep(moment - self.now)

    def _sleep(self, seconds: float) -> None:
        if seconds > 0:
            self._slept = self.now - self._start + seconds
            self._logs.sleep(seconds)

    def read(self) -> JobLog:
        """Read the last events, page by page."""
        messages: list[str] = []
        token: str | None = None
        for _ in range(MAX_PAGES):
            page = self._page(token)
            messages = [clean(event["message"]) for event in page["events"]] + messages
            seen, token = token, page.get("nextBackwardToken")
            visible = sum(1 for message in messages if message.strip())
            # The end of the stream answers the token that it was asked for.
            if visible >= MAX_LINES or token is None or token == seen:
                return JobLog(messages=_last_lines(messages))
        if messages:
            return JobLog(messages=_last_lines(messages))
        raise LogUnreadable(f"no line in {MAX_PAGES} pages", passes=True)

    def _page(self, token: str | None) -> Any:
        pause = 0.5
        while True:
            try:
                return self._logs.client.get_log_events(
                    logGroupName=self._location.group,
                    logStreamName=self._location.stream,
                    limit=MAX_LINES,
                    startFromHead=False,
                    **self._window,
                    **({} if token is None else {"nextToken": token}),  # type: ignore[arg-type]
                )
            except (ClientError, BotoCoreError) as error:
                if not _passes(error):
                    raise LogUnreadable(str(error), is_missing=_is_missing(error)) from error
                # Full jitter: many jobs may end at once, and the account's quota is small.
                wait = random.uniform(pause / 2, pause)  # noqa: S311 (not a secret)
                if self.now + wait > self._deadline:
                    raise LogUnreadable(str(error), passes=True) from error
                self._sleep(wait)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def _last_lines(messages: Sequence[str]) -> tuple[str, ...]:
    # As many whatever the pages were: one that is partial makes a reading longer than another.
    visible = [number for number, message in enumerate(messages) if message.strip()]
    return tuple(messages[visible[-MAX_LINES] :] if len(visible) >= MAX_LINES else messages)


def _passes(error: ClientError | BotoCoreError) -> bool:
    return isinstance(error, BotoCoreError) or classify(error) in _PASSING


def _is_missing(error: ClientError | BotoCoreError) -> bool:
    return isinstance(error, ClientError) and error_code(error) == "ResourceNotFoundException"
