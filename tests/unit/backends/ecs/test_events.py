"""What ECS's events say about jobs."""

import json
from typing import Any

import pytest
from tests.schemas.events.samples import ecs_event, malformed
from tests.unit.backends.stubs import TASK

from activity_dispatch.backends import registry
from activity_dispatch.backends.ecs.events import diagnose
from activity_dispatch.domain.jobs import JobState
from activity_dispatch.domain.outcomes import Failed, Succeeded

ARN = "arn:aws:ecs:eu-west-1:000000000000:task/cluster/0123456789abcdef0123456789abcdef"


def event(**detail: Any) -> dict:
    """Return an event; a field that is None is not there."""
    fields: dict[str, Any] = {
        "taskArn": ARN,
        "startedBy": TASK.task_id,
        "lastStatus": "STOPPED",
        "desiredStatus": "STOPPED",
        "stopCode": "EssentialContainerExited",
        "stoppedReason": "Essential container in task exited",
        "startedAt": "2026-01-01T00:00:00Z",
        "version": 5,
        "overrides": {
            "containerOverrides": [
                {"name": "job", "environment": [{"name": "TASK_ID", "value": TASK.task_id}]}
            ]
        },
        "containers": [{"name": "sidecar", "exitCode": 1}, {"name": "job", "exitCode": 0}],
        **detail,
    }
    return ecs_event({name: value for name, value in fields.items() if value is not None})


def containers(**job: Any) -> list[dict]:
    return [{"name": "sidecar", "exitCode": 0}, {"name": "job", **job}]


def test_the_jobs_container_decides_success_not_a_sidecar() -> None:
    diagnosis = diagnose(event())
    assert diagnosis is not None
    assert (diagnosis.task_id, diagnosis.job_id) == (TASK.task_id, ARN)
    assert isinstance(diagnosis.outcome, Succeeded)


def with_sidecars(job: dict[str, Any], **sidecars: dict[str, Any]) -> list[dict]:
    return [{"name": name, **fields} for name, fields in sidecars.items()] + [{"name": "job", **job}]


@pytest.mark.parametrize("exit_code", [0, 1, 137, 143, 255])
def test_a_sidecar_that_fails_beside_a_job_that_succeeds_is_a_success(exit_code: int) -> None:
    ran = with_sidecars(
        {"exitCode": 0, "runtimeId": "2"},
        proxy={"exitCode": exit_code, "runtimeId": "1", "reason": "Error"},
        log={"runtimeId": "3"},
    )
    diagnosis = diagnose(event(containers=ran))
    assert diagnosis is not None
    assert isinstance(diagnosis.outcome, Succeeded)
    assert json.loads(diagnosis.outcome.output) == {"exit_code": 0, "job_id": ARN}


@pytest.mark.parametrize(
    ("detail", "error", "message"),
    [
        # A sidecar that the job waits for: with TaskFailedToStart, or as an end of the task.
        (
            {"stopCode": "TaskFailedToStart", "startedAt": None, "stoppedReason": "Task failed to start"},
            "Job.NeverStarted",
            "Task failed to start; container init: exit code 3",
        ),
        (
            {"startedAt": None},
            "Job.NeverStarted",
            "Essential container in task exited; container init: exit code 3",
        ),
        ({}, "Job.NeverStarted", "Essential container in task exited; container init: exit code 3"),
    ],
)
def test_a_job_whose_sidecar_failed_before_it_never_started(detail: dict, error: str, message: str) -> None:
    waited = with_sidecars({}, init={"exitCode": 3, "runtimeId": "1"})
    diagnosis = diagnose(event(**{"containers": waited, **detail}))
    assert diagnosis is not None
    assert isinstance(diagnosis.outcome, Failed)
    assert (diagnosis.outcome.error, diagnosis.outcome.cause.message) == (error, message)
    assert diagnosis.outcome.cause.exit_code is None


def test_a_job_that_ecs_gave_up_never_started_whatever_its_exit_code() -> None:
    given_up = {"exitCode": 143, "reason": "CannotStartContainerError: dependency graph: no init"}
    waited = with_sidecars(given_up, init={"exitCode": 3, "runtimeId": "1"})
    diagnosis = diagnose(event(containers=waited, startedAt=None))
    assert diagnosis is not None
    assert isinstance(diagnosis.outcome, Failed)
    assert diagnosis.outcome.error == "Job.NeverStarted"
    assert diagnosis.outcome.cause.message == f"{given_up['reason']}; container init: exit code 3"


def test_a_job_that_a_failed_sidecar_took_along_says_so() -> None:
    """An essential one: ECS stops the rest of the task."""
    ended = with_sidecars(
        {"exitCode": 143, "runtimeId": "2"},
        proxy={"exitCode": 1, "runtimeId": "1", "reason": "Error: no proxy"},
    )
    diagnosis = diagnose(event(containers=ended))
    assert diagnosis is not None
    assert isinstance(diagnosis.outcome, Failed)
    assert diagnosis.outcome.error == "Job.Interrupted"
    assert diagnosis.outcome.cause.message == (
        "killed by SIGTERM: Essential container in task exited; container proxy: Error: no proxy"
    )


def test_a_lost_exit_code_of_a_job_that_ran_is_no_failed_start() -> None:
    lost = with_sidecars({"runtimeId": "2"}, proxy={"exitCode": 0, "runtimeId": "1"})
    diagnosis = diagnose(event(containers=lost))
    assert diagnosis is not None
    assert isinstance(diagnosis.outcome, Failed)
    assert diagnosis.outcome.error == "Job.Interrupted"


NEVER_RAN = {"startedAt": None, "containers": containers()}
FAILED_TO_START = {"stopCode": "TaskFailedToStart", **NEVER_RAN}


@pytest.mark.parametrize(
    ("detail", "error", "message"),
    [
        (
            {"containers": containers(exitCode=3)},
            "Job.Failed",
            "exit code 3: Essential container in task exited",
        ),
        ({"containers": containers(exitCode=137)}, "Job.Failed", "killed by SIGKILL: Essential"),
        ({"containers": containers(exitCode=143)}, "Job.Interrupted", "killed by SIGTERM"),
        (
            {
                "containers": containers(
                    exitCode=137, reason="OutOfMemoryError: Container killed due to memory usage"
                )
            },
            "Job.OutOfMemory",
            "OutOfMemoryError",
        ),
        ({"stopCode": "SpotInterruption"}, "Job.Interrupted", "Essential container"),
        ({"stopCode": "TerminationNotice"}, "Job.Interrupted", "Essential container"),
        ({"stopCode": "UserInitiated", "stoppedReason": "by hand"}, "Job.Interrupted", "by hand"),
        (
            {
                "stopCode": "TaskFailedToStart",
                "containers": [],
                "startedAt": None,
                "stoppedReason": "CannotPull",
            },
            "Job.NeverStarted",
            "CannotPull",
        ),
        (
            {"stopCode": "TaskFailedToStart", "containers": containers(reason="CannotPullContainerError: x")},
            "Job.NeverStarted",
            "CannotPullContainerError: x",
        ),
        ({"containers": containers()}, "Job.Interrupted", "Essential container"),
        ({"stopCode": "SpotInterruption", **NEVER_RAN}, "Job.Interrupted", "Essential container"),
        ({"stopCode": "InfrastructureHealth"}, "Job.Interrupted", "Essential container"),
        ({"stopCode": "InfrastructureHealth", **NEVER_RAN}, "Job.Interrupted", "Essential container"),
        ({"stopCode": "SomethingNew"}, "Job.Interrupted", "Essential container"),
        (
            {
                **FAILED_TO_START,
                "stoppedReason": "Capacity is unavailable at this time. Please try again later",
            },
            "Dispatch.CapacityUnavailable",
            "Capacity is",
        ),
        (
            {
                **FAILED_TO_START,
                "stoppedReason": "Timeout waiting for network interface provisioning to complete.",
            },
            "Dispatch.CapacityUnavailable",
            "Timeout waiting",
        ),
        ({**FAILED_TO_START, "stoppedReason": "RESOURCE:ENI"}, "Dispatch.CapacityUnavailable", "RESOURCE"),
        (
            {
                **FAILED_TO_START,
                "stoppedReason": "Unexpected EC2 error while attempting to Create Network Interface: "
                "AuthFailure",
            },
            "Job.NeverStarted",
            "Unexpected EC2",
        ),
        (
            {**FAILED_TO_START, "stoppedReason": "ResourceInitializationError: unable to pull secrets"},
            "Job.NeverStarted",
            "ResourceInit",
        ),
    ],
)
def test_a_failed_jobs_error_is_diagnosed(detail: dict, error: str, message: str) -> None:
    diagnosis = diagnose(event(**detail))
    assert diagnosis is not None
    assert isinstance(diagnosis.outcome, Failed)
    assert diagnosis.outcome.error == error
    assert diagnosis.outcome.cause.message.startswith(message)
    assert diagnosis.outcome.cause.job_id == ARN


@pytest.mark.parametrize(
    ("detail", "state"),
    [
        ({"lastStatus": "PENDING"}, JobState.QUEUED),
        ({"lastStatus": "RUNNING"}, JobState.RUNNING),
        ({"lastStatus": "RUNNING", "stopCode": "TerminationNotice"}, JobState.RUNNING),
    ],
)
def test_an_unfinished_job_has_no_outcome(detail: dict, state: JobState) -> None:
    diagnosis = diagnose(event(**detail))
    assert diagnosis is not None
    assert (diagnosis.state, diagnosis.outcome) == (state, None)


@pytest.mark.parametrize("started_by", [None, "ecs-svc/123", "someone", 7])
def test_events_about_other_ecs_tasks_are_ignored(started_by) -> None:
    assert diagnose(malformed("ecs", {**event()["detail"], "startedBy": started_by})) is None


def test_the_registry_finds_the_backend_of_an_event() -> None:
    found = registry.diagnose(event())
    assert found is not None
    assert found.job_id == ARN
