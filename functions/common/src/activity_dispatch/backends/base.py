"""The one seam between the dispatcher and a compute service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NewType, Protocol

from activity_dispatch.errors import ErrorName, Outcome
from activity_dispatch.tasks import Task

JobId = NewType("JobId", str)


class JobState(StrEnum):
    """Where a job is, in the words that all backends share."""

    QUEUED = "queued"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class LogLocation:
    """A stream of CloudWatch Logs."""

    group: str
    stream: str


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What an event of a backend, or the backend when asked, says about a task's job.

    `outcome` is None while the job is under way; `version` orders the events of one job;
    `container` and `log_stream` help to find its log. `progress` is how far a job under way is, up to
    1 KiB; `tells_output`: a success's output is whole, and nothing of the log is taken for it.
    """

    task_id: str
    job_id: JobId
    state: JobState
    outcome: Outcome | None = None
    version: int = 0
    container: str | None = None
    log_stream: str | None = None
    progress: str | None = None
    tells_output: bool = False


def is_under_way(diagnosis: Diagnosis | None) -> bool:
    """Tell whether there is anything to stop; None: the backend does not know the job."""
    return diagnosis is not None and diagnosis.state is not JobState.ENDED


class StartRefused(Exception):
    """The backend would not start the job: an error name and what the backend said.

    `may_run`: the answer was lost, and there may be a job all the same.
    """

    def __init__(self, error: ErrorName, message: str, *, may_run: bool = False) -> None:
        """Keep them for the task's failure."""
        super().__init__(message)
        self.error, self.may_run = error, may_run


class InvalidBackendConfig(Exception):
    """An activity's backend configuration is wrong; the message names the field."""


class Backend(Protocol):
    """A compute service with one configuration. Adding one: docs/adding-a-backend.md.

    `max_job_seconds` is how long a job can run at most where the service does not tell of jobs under
    way; None where it does.
    """

    @property
    def max_job_seconds(self) -> int | None:
        """The longest that a job can run, in seconds; None: ask `describe`."""
        ...

    def start(self, task: Task) -> JobId:
        """Start the task's job, idempotent on `task.task_id`; raise StartRefused if it can't be."""
        ...

    def find(self, task_id: str) -> JobId | None:
        """Return the job that was started for a task, None if the service knows none."""
        ...

    def describe(self, jobs: Sequence[JobId]) -> Mapping[JobId, Diagnosis]:
        """Return what can be said of jobs, in as few calls as the service allows; absent = unknown."""
        ...

    def stop(self, job: JobId, reason: str) -> None:
        """Stop a job; one that is not there counts as stopped."""
        ...

    def log_location(self, diagnosis: Diagnosis) -> LogLocation | None:
        """Return where the log of a diagnosed job is, None if it has none."""
        ...

    @staticmethod
    def diagnose(event: Mapping[str, Any]) -> Diagnosis | None:
        """Return what the backend's event says; None if it says nothing about a task. Pure."""
        ...
