"""Compute services in memory and their backend, in three kinds that differ like AWS's services."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from activity_dispatch.aws.errors import may_have_happened
from activity_dispatch.backends.base import StartRefused
from activity_dispatch.backends.exit_codes import outcome_of_exit
from activity_dispatch.backends.refusals import refusing
from activity_dispatch.domain.activities import Activity, InvalidActivity
from activity_dispatch.domain.attempts import attempt_of
from activity_dispatch.domain.chains import Link
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState, LogLocation, is_under_way
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Outcome
from activity_dispatch.domain.tasks import Task

FUNCTION_SECONDS = 900
REMEMBERED_SECONDS = 3_600
FIRST, SECOND = SERVICES = ("first", "second")
# A description that names this service is refused.
ANOTHERS = "another's"


def judge(activity: Activity) -> None:
    """Refuse a description as the stack does; nothing can be started or looked up with it."""
    if activity.config["service"] == ANOTHERS:
        raise InvalidActivity(f"config.service: {ANOTHERS}")


class Kind(StrEnum):
    """How a repeated start is kept from making a second job, and what the service can describe."""

    TOKEN = "token"  # like ECS: a token makes a start idempotent; ended jobs are soon forgotten
    LIST = "list"  # like Batch: the backend searches for a job of that name before it submits one
    FUNCTION = "function"  # like Lambda: nothing prevents it, and jobs can neither be described nor stopped


def fallbacks_of(chain: bool | None, *kinds: Kind) -> tuple[Link, ...]:
    """Return the second link of a chain, None without one: a function is no link."""
    if chain is None or Kind.FUNCTION in kinds:
        return ()
    config = {"service": SECOND}
    return (Link(backend="model", config=config, max_queue_seconds=120, after_interruption=chain),)


@dataclass(kw_only=True)
class ModelJob:
    """A job. A plain one knows nothing of tasks; any other runs the worker.

    `service` is where it runs: an activity that is given another service has jobs in both.
    """

    id: JobId
    task_id: str
    service: str
    kind: Kind
    is_plain: bool
    attempt: int
    payload: Mapping[str, Any]
    state: JobState = JobState.QUEUED
    outcome: Outcome | None = None
    ended_at: float = 0.0
    was_killed: bool = False

    def diagnosis(self) -> Diagnosis:
        """Return the service's description of it."""
        return Diagnosis(
            task_id=self.task_id,
            job_id=self.id,
            attempt=self.attempt,
            state=self.state,
            outcome=self.outcome,
            ended_at=self.ended_at if self.state is JobState.ENDED else None,
        )

    @property
    def result(self) -> str:
        """The last line that a plain job prints: its result, if it succeeds."""
        return json.dumps({"job": self.id})


@dataclass(kw_only=True)
class Compute:
    """The services' API: each method is a call that can fail. `kinds` are those of the services."""

    kinds: Mapping[str, Kind]
    now: list[float]
    stops: list[JobId] = field(default_factory=list)
    jobs: dict[JobId, ModelJob] = field(default_factory=dict)
    full: set[str] = field(default_factory=set)

    def run_job(self, *, service: str, start_id: str, payload: Mapping[str, Any]) -> JobId:
        """Create a job; the TOKEN kind returns an attempt's existing job. One in `full` refuses the next."""
        kind = self.kinds[service]
        made = self.of_attempt(service, start_id)
        if made and kind is Kind.TOKEN:
            return made[0].id
        if service in self.full:
            self.full.remove(service)
            raise StartRefused(ErrorName.DISPATCH_CAPACITY_UNAVAILABLE, "full")
        found = attempt_of(start_id)
        assert found is not None
        task_id, attempt = found
        job = ModelJob(
            id=JobId(f"job-{len(self.jobs):04}"),
            task_id=task_id,
            attempt=attempt,
            service=service,
            kind=kind,
            is_plain=payload["input"].get("plain", False) and kind is not Kind.FUNCTION,
            payload=payload,
        )
        self.jobs[job.id] = job
        return job.id

    def list_jobs(self, *, service: str, start_id: str) -> list[JobId]:
        """Return the attempt's jobs."""
        return [job.id for job in self.of_attempt(service, start_id) if self.is_known(job)]

    def of_attempt(self, service: str, start_id: str) -> list[ModelJob]:
        """Return an attempt's jobs in a service."""
        return [job for job in self.of_service(service) if (job.task_id, job.attempt) == attempt_of(start_id)]

    def describe_jobs(self, *, service: str, jobs: Sequence[JobId]) -> list[Diagnosis]:
        """Describe the jobs that the service remembers."""
        found = [self.jobs[job] for job in jobs if job in self.jobs]
        return [job.diagnosis() for job in found if job.service == service and self.is_known(job)]

    def stop_job(self, *, job: JobId) -> None:
        """Ask for the job's end; the model ends it."""
        self.stops.append(job)

    def of_service(self, service: str) -> list[ModelJob]:
        """Return a service's jobs."""
        return [job for job in self.jobs.values() if job.service == service]

    def is_known(self, job: ModelJob) -> bool:
        """Return whether the service still remembers the job."""
        return (
            job.state is not JobState.ENDED
            or job.kind is Kind.LIST
            or self.now[0] - job.ended_at < REMEMBERED_SECONDS
        )

    def is_made_once(self, call: str) -> bool:
        """Say whether the client for this call tries only once."""
        return call == "get_activity_task" or (call == "run_job" and Kind.LIST in self.kinds.values())

    def under_way(self) -> list[ModelJob]:
        """Return the jobs that are queued or running."""
        return [job for job in self.jobs.values() if job.state is not JobState.ENDED]


def outcome_of(job: JobId, exit_code: int) -> Outcome:
    """Return the outcome that the service reports for this exit code."""
    return outcome_of_exit(Cause(message="ended", backend="model", job_id=job, exit_code=exit_code))


@dataclass(frozen=True, kw_only=True)
class ModelBackend:
    """The backend, which handles errors like those of AWS's services."""

    api: Compute
    service: str
    kind: Kind

    @property
    def describes_jobs(self) -> bool:
        """All kinds but FUNCTION do."""
        return self.kind is not Kind.FUNCTION

    @property
    def max_job_seconds(self) -> int | None:
        """The time limit of a function."""
        return None if self.describes_jobs else FUNCTION_SECONDS

    def start(self, task: Task) -> JobId:
        """Start the task's job."""
        payload = {
            "task_id": task.task_id,
            "task_token": task.token,
            "activity_arn": task.activity_arn,
            "heartbeat_seconds": task.heartbeat_seconds,
            "slot": task.slot_release.slot,
            "pool": task.pool,
            "pool_holder": task.poll_id if task.pool else None,
            "input": json.loads(task.input),
        }
        if payload["input"].get("poison"):
            raise ZeroDivisionError("an error that no backend should raise")
        if payload["input"].get("lost"):
            raise StartRefused(ErrorName.DISPATCH_CAPACITY_UNAVAILABLE, "no answer", may_run=True)
        with refusing("RunJob", may_run=may_have_happened):
            found = self.find(task.start_id) if self.kind is Kind.LIST else None
            return found or self.api.run_job(service=self.service, start_id=task.start_id, payload=payload)

    def find(self, start_id: str) -> JobId | None:
        """Return the attempt's job, if the service can say."""
        if self.kind is Kind.FUNCTION:
            return None
        return next(iter(self.api.list_jobs(service=self.service, start_id=start_id)), None)

    def describe(self, jobs: Sequence[JobId]) -> Mapping[JobId, Diagnosis]:
        """Describe jobs."""
        if not jobs or self.kind is Kind.FUNCTION:
            return {}
        return {job.job_id: job for job in self.api.describe_jobs(service=self.service, jobs=jobs)}

    def stop(self, job: JobId, reason: str) -> None:
        """Stop an unfinished job."""
        assert reason
        if self.kind is not Kind.FUNCTION and is_under_way(self.describe([job]).get(job)):
            self.api.stop_job(job=job)

    def log_location(self, diagnosis: Diagnosis) -> LogLocation | None:
        """Return the job's log."""
        return LogLocation(group="jobs", stream=diagnosis.job_id)

    @staticmethod
    def diagnose(event: Mapping[str, Any]) -> Diagnosis | None:
        """Return the event's diagnosis."""
        return event.get("diagnosis")


def function_failed(job: ModelJob) -> Diagnosis:
    """Return the diagnosis in the record of a function's failure."""
    cause = Cause(message="the function failed", backend="model", job_id=job.id)
    failed = Failed(error=ErrorName.JOB_FAILED, cause=cause)
    return Diagnosis(task_id=job.task_id, job_id=job.id, state=JobState.ENDED, outcome=failed)
