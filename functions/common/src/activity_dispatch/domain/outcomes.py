"""Outcomes of tasks: success, or an error name that users match with `Retry` and `Catch`, and its cause.

The names are public API: documented in docs/errors.md and never changed silently.
"""

import json
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from activity_dispatch.domain.attempts import Attempt
from activity_dispatch.domain.limits import MAX_CAUSE_CHARACTERS, MAX_ERROR_CHARACTERS
from activity_dispatch.domain.texts import clean, cut, utf16_length

# The reason that a backend's service records for a stopped job.
NOBODY_WAITS = "nobody waits for the task any more"


class ErrorName(StrEnum):
    """Errors that end a task, as Step Functions sees them."""

    JOB_FAILED = "Job.Failed"
    JOB_OUT_OF_MEMORY = "Job.OutOfMemory"
    JOB_INTERRUPTED = "Job.Interrupted"
    JOB_TIMED_OUT = "Job.TimedOut"
    JOB_NEVER_STARTED = "Job.NeverStarted"
    JOB_INVALID_OUTPUT = "Job.InvalidOutput"
    JOB_OUTPUT_UNAVAILABLE = "Job.OutputUnavailable"
    JOB_CANCELLED = "Job.Cancelled"
    DISPATCH_THROTTLED = "Dispatch.Throttled"
    DISPATCH_CAPACITY_UNAVAILABLE = "Dispatch.CapacityUnavailable"
    DISPATCH_INVALID_REQUEST = "Dispatch.InvalidRequest"
    DISPATCH_INVALID_INPUT = "Dispatch.InvalidInput"
    DISPATCH_QUEUE_TIMEOUT = "Dispatch.QueueTimeout"


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What happened, for the person who reads the failed execution.

    `log_tail` holds the last lines of the job's log, oldest first; `exit_code` is the process's exit
    code, 128 + N if signal N ended it; `stop_code` is the backend's own code for why the job ended.
    `attempts` are those before this one, where the activity has a chain of backends.
    """

    message: str
    backend: str | None = None
    job_id: str | None = None
    exit_code: int | None = None
    stop_code: str | None = None
    log_tail: tuple[str, ...] = ()
    log_url: str | None = None
    attempts: tuple[Attempt, ...] = ()

    def to_json(self) -> str:
        """Return a JSON object of at most 32,768 characters, without empty fields.

        A longer one loses its oldest log lines first, then the middle of its longest fields.
        Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html
        """
        cause = self._cleaned()
        while not _fits(cause) and cause.log_tail:
            cause = replace(cause, log_tail=cause.log_tail[1:])
        if not _fits(cause):
            # The first length of fields that is too long; each may have the one before.
            length = bisect_left(range(MAX_CAUSE_CHARACTERS), True, key=lambda n: not _fits(cause._cut_to(n)))
            cause = cause._cut_to(length - 1)
        return _compact(cause)

    def _cleaned(self) -> "Cause":
        texts: Any = {name: clean(str(value)) for name, value in self._texts().items()}
        return replace(self, **texts, log_tail=tuple(clean(line) for line in self.log_tail))

    def _cut_to(self, length: int) -> "Cause":
        texts: Any = {name: cut(value, length) for name, value in self._texts().items()}
        return replace(self, **texts)

    def _texts(self) -> Mapping[str, str]:
        texts = {name: getattr(self, name) for name in _STRING_FIELDS}
        return {name: value for name, value in texts.items() if value is not None}


_STRING_FIELDS = ("message", "backend", "job_id", "stop_code", "log_url")


def _fits(cause: Cause) -> bool:
    return utf16_length(_compact(cause)) <= MAX_CAUSE_CHARACTERS


def _compact(cause: Cause) -> str:
    fields: Mapping[str, Any] = {
        key: value for key, value in asdict(cause).items() if value not in (None, ())
    }
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, kw_only=True)
class Succeeded:
    """A job's success; `output` is JSON text of any size."""

    output: str


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A job's failure: an `ErrorName`, or a name that the user's program chose, and its cause."""

    error: str
    cause: Cause

    def __post_init__(self) -> None:
        """Clean the name; raise ValueError for one that Step Functions would refuse."""
        if not is_error_name(self.error):
            raise ValueError(_bad_name(self.error))
        if (name := clean(self.error)) != self.error:
            object.__setattr__(self, "error", name)


def is_error_name(name: object) -> bool:
    """Return whether Step Functions accepts it as an error's name, once it is clean."""
    return isinstance(name, str) and 0 < utf16_length(name) <= MAX_ERROR_CHARACTERS


def _bad_name(name: object) -> str:
    shown = cut(repr(name), 2 * MAX_ERROR_CHARACTERS)
    return f"error: {shown}; allowed are 1 to {MAX_ERROR_CHARACTERS} characters"


type Outcome = Succeeded | Failed


def own_error_name(error: BaseException) -> str:
    """Return the name under which an exception fails its task."""
    # A subclass may not have called JobError's constructor, or may have changed the name.
    name = getattr(error, "error", None) if isinstance(error, JobError) else None
    return name if isinstance(name, str) and is_error_name(name) else ErrorName.JOB_FAILED


class JobError(Exception):
    """Raised by a user's function to end its task with an error name of its own.

    The name has 1 to 256 characters; `Catch` and `Retry` match it.
    """

    def __init__(self, error: str, message: str) -> None:
        """Store name and message. Raises ValueError if the name is not text of 1 to 256 characters."""
        if not is_error_name(error):
            raise ValueError(_bad_name(error))
        super().__init__(message)
        self.error = error
