"""The one seam between the dispatcher and a compute service."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from activity_dispatch.domain.jobs import Diagnosis, JobId, LogLocation
from activity_dispatch.domain.outcomes import ErrorName
from activity_dispatch.domain.tasks import Task


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

    A service that cannot be asked about a job under way says how long one can run at most.
    """

    @property
    def describes_jobs(self) -> bool:
        """Whether `describe` and `find` know the service's jobs."""
        ...

    @property
    def max_job_seconds(self) -> int | None:
        """The longest that a job can run, in seconds; None where `describes_jobs`."""
        ...

    def start(self, task: Task) -> JobId:
        """Start the task's job, idempotent on `task.task_id`; raise StartRefused if it cannot."""
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
