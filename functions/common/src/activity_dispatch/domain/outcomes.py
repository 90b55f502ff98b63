"""Outcomes of tasks: success, or an error name that users match with `Retry` and `Catch`, and its cause.

The names are public API: documented in docs/errors.md and never changed silently.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from activity_dispatch.domain.limits import MAX_CAUSE_CHARACTERS, MAX_ERROR_CHARACTERS

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
    """

    message: str
    backend: str | None = None
    job_id: str | None = None
    exit_code: int | None = None
    stop_code: str | None = None
    log_tail: tuple[str, ...] = ()
    log_url: str | None = None

    def to_json(self) -> str:
        """Return a JSON object of at most 32,768 characters, without empty fields.

        A longer one loses its oldest log lines first, then the end of its longest field.
        Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html
        """
        cause = self
        while (excess := _utf16_length(_compact(cause)) - MAX_CAUSE_CHARACTERS) > 0:
            cause = replace(cause, log_tail=cause.log_tail[1:]) if cause.log_tail else _cut(cause, excess)
        # A lone surrogate can't be encoded, so the failure could not be sent.
        return _compact(cause).encode(errors="replace").decode()


_CUT = " [cut]"
_STRING_FIELDS = ("message", "backend", "job_id", "stop_code", "log_url")


def _cut(cause: Cause, excess: int) -> Cause:
    values = {name: getattr(cause, name) or "" for name in _STRING_FIELDS}
    longest = max(values, key=lambda name: len(values[name]))
    value = values[longest]
    kept = value.removesuffix(_CUT)[: max(0, len(value) - excess - len(_CUT))]
    changes: Any = {longest: kept + _CUT}
    return replace(cause, **changes)


def _utf16_length(text: str) -> int:
    # AWS does not define a character. Java counts UTF-16 code units; an emoji has two.
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


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
        """Raise ValueError for a name that Step Functions would refuse."""
        if not 0 < len(self.error) <= MAX_ERROR_CHARACTERS:
            raise ValueError(f"error: {len(self.error)} characters; allowed are 1 to {MAX_ERROR_CHARACTERS}")


type Outcome = Succeeded | Failed


class JobError(Exception):
    """Raised by a user's function to end its task with an error name of its own.

    The name has 1 to 256 characters; `Catch` and `Retry` match it.
    """

    def __init__(self, error: str, message: str) -> None:
        """Store name and message. Raises ValueError if the name is empty or over 256 characters."""
        if not 0 < len(error) <= MAX_ERROR_CHARACTERS:
            raise ValueError(f"error: {error!r}; allowed are 1 to {MAX_ERROR_CHARACTERS} characters")
        super().__init__(message)
        self.error = error
