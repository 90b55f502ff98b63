"""A backend that starts nothing and remembers everything."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from activity_dispatch.backends.base import Diagnosis, JobId, JobState, LogLocation
from activity_dispatch.tasks import Task


@dataclass(kw_only=True)
class FakeBackend:
    """Keeps `started` tasks and `stopped` jobs; `before_start` may raise what a service would."""

    before_start: Callable[[Task], None] = lambda task: None
    started: dict[JobId, Task] = field(default_factory=dict)
    stopped: dict[JobId, str] = field(default_factory=dict)

    def start(self, task: Task) -> JobId:
        """Start the task's job, once: its id is made of the task's."""
        self.before_start(task)
        job = JobId(f"fake-{task.task_id}")
        self.started.setdefault(job, task)
        return job

    def describe(self, jobs: Sequence[JobId]) -> Mapping[JobId, JobState]:
        """Return the states of the jobs that were started."""
        return {
            job: JobState.ENDED if job in self.stopped else JobState.RUNNING
            for job in jobs
            if job in self.started
        }

    def stop(self, job: JobId, reason: str) -> None:
        """Stop a job; the first reason stays."""
        if job in self.started:
            self.stopped.setdefault(job, reason)

    def log_location(self, diagnosis: Diagnosis) -> LogLocation | None:
        """Return a stream that is named after the job."""
        return LogLocation(group="fake", stream=diagnosis.job_id)

    @staticmethod
    def diagnose(event: Mapping[str, Any]) -> Diagnosis | None:
        """Return the event's `diagnosis`, if there is one."""
        diagnosis = event.get("diagnosis")
        return diagnosis if isinstance(diagnosis, Diagnosis) else None
