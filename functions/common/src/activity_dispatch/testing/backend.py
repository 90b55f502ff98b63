"""A backend in memory, which records what it is asked to start and stop."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState, LogLocation
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Outcome
from activity_dispatch.domain.tasks import Task


@dataclass(kw_only=True)
class FakeBackend:
    """Records `started` tasks and `stopped` jobs; `before_start` may raise what a service would.

    Ended jobs have their outcomes in `ends`, and ended at `ended_at`; all others are in `state` and report
    `progress`.
    """

    before_start: Callable[[Task], None] = lambda task: None
    started: dict[JobId, Task] = field(default_factory=dict)
    stopped: dict[JobId, str] = field(default_factory=dict)
    ends: dict[JobId, Outcome] = field(default_factory=dict)
    ended_at: float | None = None
    state: JobState = JobState.RUNNING
    progress: str | None = None
    describes_jobs: bool = True
    max_job_seconds: int | None = None

    def start(self, task: Task) -> JobId:
        """Start the task's job, once; its id derives from the task's."""
        self.before_start(task)
        job = JobId(f"fake-{task.start_id}")
        self.started.setdefault(job, task)
        return job

    def find(self, start_id: str) -> JobId | None:
        """Return the attempt's job, None if it was not started or can't be looked up."""
        job = JobId(f"fake-{start_id}")
        return job if self.describes_jobs and job in self.started else None

    def describe(self, jobs: Sequence[JobId]) -> Mapping[JobId, Diagnosis]:
        """Describe started jobs: with their outcome in `ends`, interrupted if stopped, else in `state`."""
        return {job: self._diagnosis(job) for job in jobs if job in self.started}

    def stop(self, job: JobId, reason: str) -> None:
        """Stop a job; the first reason is kept."""
        if job in self.started:
            self.stopped.setdefault(job, reason)

    def _diagnosis(self, job: JobId) -> Diagnosis:
        stopped = job in self.stopped
        cause = Cause(message="stopped", backend="fake", job_id=job)
        outcome = Failed(error=ErrorName.JOB_INTERRUPTED, cause=cause) if stopped else None
        return Diagnosis(
            task_id=self.started[job].task_id,
            attempt=self.started[job].attempt,
            job_id=job,
            state=JobState.ENDED if job in self.ends or stopped else self.state,
            outcome=self.ends.get(job, outcome),
            progress=self.progress,
            ended_at=self.ended_at if job in self.ends else None,
        )

    def log_location(self, diagnosis: Diagnosis) -> LogLocation | None:
        """Return a stream named after the job."""
        return LogLocation(group="fake", stream=diagnosis.job_id)

    @staticmethod
    def diagnose(event: Mapping[str, Any]) -> Diagnosis | None:
        """Return the event's `diagnosis`, None if it has none."""
        diagnosis = event.get("diagnosis")
        return diagnosis if isinstance(diagnosis, Diagnosis) else None
