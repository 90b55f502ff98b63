"""What a `Batch Job State Change` and DescribeJobs say about a task's job.

An event does not say whether somebody stopped the job, nor the container's own reason, nor anything of the
containers of a job with sidecars: a job's end is looked up.

Sources: https://docs.aws.amazon.com/batch/latest/userguide/batch_cwe_events.html,
https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobs.html
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from activity_dispatch.backends.ecs_messages import name_of_failed_start
from activity_dispatch.backends.exit_codes import failure_of_exit, outcome_of_exit
from activity_dispatch.backends.job_names import attempt_in
from activity_dispatch.backends.several_containers import failures_of, mapping, mappings, was_given_up
from activity_dispatch.backends.times import seconds_of
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Outcome

NAME = "batch"
# In the order in which a job passes through them; only a retry goes back, to RUNNABLE.
_STATES = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
_QUEUED = _STATES[:4]
_ENDED = _STATES[5:]
_SUCCEEDED = _STATES[5]
# Batch has no codes for these: its documentation gives the texts for retry strategies to match.
# https://docs.aws.amazon.com/batch/latest/userguide/job_timeouts.html
# https://docs.aws.amazon.com/batch/latest/userguide/best-practices.html
_TIMED_OUT = "Job attempt duration exceeded timeout"
_HOST_LOST = "Host EC2"
# ECS's text for an interruption on Fargate Spot, which Batch passes on.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
_SPOT_RECLAIMED = "Your Spot Task was interrupted"


def job_state(status: str) -> JobState:
    """Return the shared state for a status of Batch."""
    if status in _QUEUED:
        return JobState.QUEUED
    return JobState.ENDED if status in _ENDED else JobState.RUNNING


def diagnose(event: Mapping[str, Any]) -> Diagnosis | None:
    """Return what an event says, without the outcome; None if it is not about a job that runs a task."""
    detail = event.get("detail")
    if event.get("source") != "aws.batch" or not isinstance(detail, Mapping):
        return None
    return _diagnosis(detail, mapping(detail.get("container")))


def diagnose_job(description: Mapping[str, Any], name: str | None = None) -> Diagnosis | None:
    """Return a job's diagnosis from DescribeJobs; None if it runs no task.

    `name` is that of the job's container if the job has sidecars.
    """
    container, sidecars = _containers(description, name)
    found = _diagnosis(description, container)
    if found is None or found.state is not JobState.ENDED:
        return found
    return replace(found, outcome=_outcome(description, container, sidecars, found.job_id))


def _containers(
    description: Mapping[str, Any], name: str | None
) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    """Return the job's container, and its sidecars.

    A job that was started before its definition had sidecars has just a container.
    """
    tasks = mappings(mapping(description.get("ecsProperties")).get("taskProperties"))
    containers = [container for task in tasks for container in mappings(task.get("containers"))]
    if name is None or not containers:
        return mapping(description.get("container")), []
    job: Mapping[str, Any] = next((found for found in containers if found.get("name") == name), {})
    return job, [found for found in containers if found is not job]


def _diagnosis(detail: Mapping[str, Any], container: Mapping[str, Any]) -> Diagnosis | None:
    job_id, status = detail.get("jobId"), detail.get("status")
    found = attempt_in(detail.get("jobName"))
    if found is None or not isinstance(job_id, str) or status not in _STATES:
        return None
    stream = container.get("logStreamName")
    return Diagnosis(
        task_id=found[0],
        attempt=found[1],
        job_id=JobId(job_id),
        state=job_state(status),
        log_stream=stream if isinstance(stream, str) else None,
        ended_at=seconds_of(detail.get("stoppedAt")),
    )


def _outcome(
    detail: Mapping[str, Any], container: Mapping[str, Any], sidecars: list[Mapping[str, Any]], job_id: str
) -> Outcome:
    exit_code, status_reason = container.get("exitCode"), str(detail.get("statusReason") or "")
    reason = container.get("reason") or status_reason or "no reason given"
    cause = Cause(
        message="; ".join((str(reason), *failures_of(sidecars))),
        backend=NAME,
        job_id=job_id,
        exit_code=exit_code if isinstance(exit_code, int) else None,
        stop_code=status_reason or None,
    )
    if status_reason.startswith(_TIMED_OUT):
        return Failed(error=ErrorName.JOB_TIMED_OUT, cause=cause)
    if status_reason.startswith((_HOST_LOST, _SPOT_RECLAIMED)) or _was_stopped(detail):
        return Failed(error=ErrorName.JOB_INTERRUPTED, cause=cause)
    if cause.exit_code is None or was_given_up(container):
        # Batch sets startedAt once the containers of an attempt run.
        started = bool(detail.get("startedAt")) and not was_given_up(container)
        name = ErrorName.JOB_INTERRUPTED if started else name_of_failed_start(status_reason, reason)
        return Failed(error=name, cause=cause)
    # With sidecars, only the exit code of the job's container decides: a job fails if any essential one does.
    # Without them, a job that failed with exit code 0 is one whose end Batch could not see.
    code_decides = bool(sidecars) or detail["status"] == _SUCCEEDED
    return outcome_of_exit(cause) if code_decides else failure_of_exit(cause)


def _was_stopped(detail: Mapping[str, Any]) -> bool:
    return detail.get("isTerminated") is True or detail.get("isCancelled") is True
