"""The error names that users write `Retry` and `Catch` on, and the cause that goes with them.

The names are a public API: documented in docs/errors.md, never changed silently.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from activity_dispatch.domain.limits import MAX_CAUSE_CHARACTERS, MAX_ERROR_CHARACTERS

# The reason that is given to a service whose job is stopped.
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
    """What happened, for the human who reads the failed execution.

    `log_tail` holds the last lines of the job's log, oldest first; `exit_code` is the process's,
    128 + N when signal N ended it; `stop_code` is the backend's own word for why the job ended.
    """

    message: str
    backend: str | None = None
    job_id: str | None = None
    exit_code: int | None = None
    stop_code: str | None = None
    log_tail: tuple[str, ...] = ()
    log_url: str | None = None

    def to_json(self) -> str:
        """Return a JSON object of at most 32,768 characters, without the empty fields.

        The oldest log lines give way first, then the end of the message, or of what is longer than it.
        Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html
        """
        cause = self
        while (over := _units(_compact(cause)) - MAX_CAUSE_CHARACTERS) > 0:
            cause = replace(cause, log_tail=cause.log_tail[1:]) if cause.log_tail else _cut(cause, over)
        # A lone surrogate is no character of any encoding, and would keep the failure from being sent.
        return _compact(cause).encode(errors="replace").decode()


_CUT = " [cut]"
_TEXTS = ("message", "backend", "job_id", "stop_code", "log_url")


def _cut(cause: Cause, over: int) -> Cause:
    texts = {name: getattr(cause, name) or "" for name in _TEXTS}
    name = max(texts, key=lambda name: len(texts[name]))
    kept = texts[name].removesuffix(_CUT)[: max(0, len(texts[name]) - over - len(_CUT))]
    changed: Any = {name: kept + _CUT}
    return replace(cause, **changed)


def _units(text: str) -> int:
    # AWS does not say what a character is. Java counts UTF-16 code units, of which an emoji has two.
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
    """A job's failure: an `ErrorName`, or a name that the user's program gave, and its cause."""

    error: str
    cause: Cause

    def __post_init__(self) -> None:
        """Refuse a name that Step Functions would refuse."""
        if not 0 < len(self.error) <= MAX_ERROR_CHARACTERS:
            raise ValueError(f"error: {len(self.error)} characters; allowed are 1 to {MAX_ERROR_CHARACTERS}")


type Outcome = Succeeded | Failed


class JobError(Exception):
    """Raised by a user's function to end its task with an error name of its own.

    The name may have up to 256 characters; `Catch` and `Retry` match it.
    """

    def __init__(self, error: str, message: str) -> None:
        """Keep name and message; a name of no or over 256 characters raises ValueError."""
        if not 0 < len(error) <= MAX_ERROR_CHARACTERS:
            raise ValueError(f"error: {error!r}; allowed are 1 to {MAX_ERROR_CHARACTERS} characters")
        super().__init__(message)
        self.error = error
