"""The only interface between the dispatcher and a compute service."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from activity_dispatch.domain.jobs import Diagnosis, JobId, LogLocation
from activity_dispatch.domain.outcomes import ErrorName
from activity_dispatch.domain.tasks import Task


class StartRefused(Exception):
    """The backend did not start the job: an error name and the service's reason.

    `may_run` means that a response was lost and there may be a job nevertheless: the task stays open until
    a claim, an event or `find` decides.
    """

    def __init__(self, error: ErrorName, message: str, *, may_run: bool = False) -> None:
        """Store what the task's failure needs."""
        super().__init__(message)
        self.error, self.may_run = error, may_run


class InvalidBackendConfig(Exception):
    """An activity's backend configuration is invalid; the message names the field and what is allowed."""


class Backend(Protocol):
    """A compute service with one configuration. To add one, see docs/adding-a-backend.md.

    A service that can't describe a running job sets `max_job_seconds` instead. `find`, `describe`, `stop`
    and `log_location` raise ClientError and BotoCoreError.
    """

    @property
    def describes_jobs(self) -> bool:
        """Whether `describe` and `find` know the service's jobs."""
        ...

    @property
    def max_job_seconds(self) -> int | None:
        """The longest that a job can run, in seconds; None if `describes_jobs`."""
        ...

    def start(self, task: Task) -> JobId:
        """Start the task's job, idempotent on `task.start_id`. Raises StartRefused and InvalidInput.

        The job is called after that id, which differs between a task's attempts on a chain of backends.
        """
        ...

    def find(self, start_id: str) -> JobId | None:
        """Return the job of a task's attempt, under way or ended; None if the service knows none."""
        ...

    def describe(self, jobs: Sequence[JobId]) -> Mapping[JobId, Diagnosis]:
        """Return the jobs' diagnoses, in as few calls as the service allows, without unknown jobs."""
        ...

    def stop(self, job: JobId, reason: str) -> None:
        """Stop a job; one that does not exist counts as stopped."""
        ...

    def log_location(self, diagnosis: Diagnosis) -> LogLocation | None:
        """Return the location of a diagnosed job's log, None if it has none."""
        ...

    @staticmethod
    def diagnose(event: Mapping[str, Any]) -> Diagnosis | None:
        """Return what an event says, None if it is not about a task's job. Pure.

        Where a service's events do not say how a job ended, an ended job has no outcome here: the reporter
        asks `describe`.
        """
        ...
