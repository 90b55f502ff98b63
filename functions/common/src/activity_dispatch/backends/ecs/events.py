"""What an `ECS Task State Change` says about a task's job.

Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
"""

from collections.abc import Mapping
from typing import Any

from activity_dispatch.backends.ecs_messages import name_of_failed_start
from activity_dispatch.backends.exit_codes import outcome_of_exit
from activity_dispatch.backends.several_containers import failures_of, mapping, mappings, was_given_up
from activity_dispatch.backends.times import seconds_of
from activity_dispatch.domain.attempts import attempt_of
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Outcome

NAME = "ecs"

_QUEUED = ("PROVISIONING", "PENDING", "ACTIVATING")
_FAILED_TO_START = "TaskFailedToStart"
# The container ended by itself, so that its exit code counts. All other codes, also those that AWS adds, say
# that the platform or somebody ended it: SpotInterruption, TerminationNotice, UserInitiated,
# ServiceSchedulerInitiated, InfrastructureHealth.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
_ENDED_BY_ITSELF = (None, "EssentialContainerExited")


def diagnose(event: Mapping[str, Any]) -> Diagnosis | None:
    """Return what an event says; None if it is not about an ECS task that runs a job."""
    detail = event.get("detail")
    if event.get("source") != "aws.ecs" or not isinstance(detail, Mapping):
        return None
    return diagnose_task(detail)


def diagnose_task(detail: Mapping[str, Any]) -> Diagnosis | None:
    """Return a job's diagnosis from an event's detail or from DescribeTasks; None if it runs no task."""
    found, arn = attempt_of(detail.get("startedBy")), detail.get("taskArn")
    if found is None or not isinstance(arn, str):
        return None
    task_id, attempt = found
    container, sidecars = _containers(detail, task_id)
    stopped = detail.get("lastStatus") == "STOPPED"
    return Diagnosis(
        task_id=task_id,
        attempt=attempt,
        job_id=JobId(arn),
        state=JobState.ENDED if stopped else _state(detail),
        outcome=_outcome(detail, container, sidecars, arn) if stopped else None,
        # The first is the end of the containers, the second comes after the network is gone too.
        ended_at=seconds_of(detail.get("executionStoppedAt")) or seconds_of(detail.get("stoppedAt")),
    )


def _state(detail: Mapping[str, Any]) -> JobState:
    return JobState.QUEUED if detail.get("lastStatus") in _QUEUED else JobState.RUNNING


def _containers(detail: Mapping[str, Any], task_id: str) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    """Return the container that runs the job, the one whose overrides set TASK_ID, and its sidecars."""
    overrides = mappings(mapping(detail.get("overrides")).get("containerOverrides"))
    names = [
        override.get("name")
        for override in overrides
        if any(item.get("value") == task_id for item in mappings(override.get("environment")))
    ]
    containers = mappings(detail.get("containers"))
    job: Mapping[str, Any] = next((found for found in containers if found.get("name") in names), {})
    return job, [found for found in containers if found is not job]


def _outcome(
    detail: Mapping[str, Any], container: Mapping[str, Any], sidecars: list[Mapping[str, Any]], arn: str
) -> Outcome:
    stop_code, exit_code = detail.get("stopCode"), container.get("exitCode")
    reason = container.get("reason") or detail.get("stoppedReason") or "no reason given"
    cause = Cause(
        message="; ".join((str(reason), *failures_of(sidecars))),
        backend=NAME,
        job_id=arn,
        exit_code=exit_code if isinstance(exit_code, int) else None,
        stop_code=stop_code if isinstance(stop_code, str) else None,
    )
    if stop_code not in (_FAILED_TO_START, *_ENDED_BY_ITSELF):
        return Failed(error=ErrorName.JOB_INTERRUPTED, cause=cause)
    never_ran = not detail.get("startedAt") or _waited_in_vain(container, sidecars)
    never_ran = was_given_up(container) or (cause.exit_code is None and never_ran)
    if stop_code == _FAILED_TO_START or never_ran:
        return Failed(error=name_of_failed_start(detail.get("stoppedReason"), reason), cause=cause)
    if cause.exit_code is None:
        return Failed(error=ErrorName.JOB_INTERRUPTED, cause=cause)
    return outcome_of_exit(cause)


def _waited_in_vain(container: Mapping[str, Any], sidecars: list[Mapping[str, Any]]) -> bool:
    """Return whether only sidecars ran: the job's container waited for one (`dependsOn`), which failed."""
    return not container.get("runtimeId") and any(sidecar.get("runtimeId") for sidecar in sidecars)
