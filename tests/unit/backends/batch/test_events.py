"""What Batch's events and descriptions say about jobs."""

from typing import Any

import pytest
from tests.schemas.events.samples import batch_event, malformed
from tests.unit.backends.stubs import TASK

from activity_dispatch.backends.batch.events import diagnose, diagnose_job
from activity_dispatch.domain.jobs import JobState
from activity_dispatch.domain.outcomes import Failed, Succeeded

NAME = f"task-{TASK.task_id}"


def described(**fields: Any) -> dict:
    return {
        "jobName": NAME,
        "jobId": "job-1",
        "status": "FAILED",
        "statusReason": "Essential container in task exited",
        "startedAt": 1,
        "container": {"exitCode": 3, "logStreamName": "definition/default/1"},
        **fields,
    }


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED"])
def test_an_event_says_that_a_job_has_ended_but_not_how(status: str) -> None:
    diagnosis = diagnose(batch_event(described(status=status, stoppedAt=1_767_225_600_000)))
    assert diagnosis is not None
    assert (diagnosis.task_id, diagnosis.job_id, diagnosis.state) == (TASK.task_id, "job-1", JobState.ENDED)
    assert (diagnosis.outcome, diagnosis.log_stream) == (None, "definition/default/1")
    assert diagnosis.ended_at == 1_767_225_600.0


def test_a_successful_job_is_diagnosed_as_succeeded() -> None:
    diagnosis = diagnose_job(described(status="SUCCEEDED", container={"exitCode": 0}))
    assert diagnosis is not None
    assert (diagnosis.task_id, diagnosis.job_id, diagnosis.state) == (TASK.task_id, "job-1", JobState.ENDED)
    assert isinstance(diagnosis.outcome, Succeeded)


@pytest.mark.parametrize(
    ("detail", "error", "message"),
    [
        ({}, "Job.Failed", "exit code 3: Essential container in task exited"),
        (
            {
                "container": {
                    "exitCode": 137,
                    "reason": "OutOfMemoryError: Container killed due to memory usage",
                }
            },
            "Job.OutOfMemory",
            "OutOfMemoryError",
        ),
        (
            {"statusReason": "Job attempt duration exceeded timeout", "container": {"exitCode": 137}},
            "Job.TimedOut",
            "Job attempt duration",
        ),
        (
            {"statusReason": "Host EC2 (instance i-1) terminated.", "container": {}},
            "Job.Interrupted",
            "Host EC2",
        ),
        (
            {"statusReason": "Your Spot Task was interrupted.", "container": {"exitCode": 137}},
            "Job.Interrupted",
            "Your Spot Task",
        ),
        (
            {"isTerminated": True, "container": {"exitCode": 0}, "statusReason": "by hand"},
            "Job.Interrupted",
            "by",
        ),
        (
            {"startedAt": None, "container": {"reason": "CannotPullContainerError: x"}},
            "Job.NeverStarted",
            "CannotPullContainerError",
        ),
        ({"container": {"exitCode": 143}}, "Job.Interrupted", "killed by SIGTERM"),
        ({"container": {"exitCode": 0}}, "Job.Failed", "exit code 0: Essential"),
        (
            {"container": {"exitCode": 0}, "statusReason": "Host EC2 (instance i-1) terminated."},
            "Job.Interrupted",
            "Host EC2",
        ),
        ({"isCancelled": True, "container": {}, "startedAt": None}, "Job.Interrupted", "Essential"),
        (
            {
                "startedAt": None,
                "container": {},
                "statusReason": "Timeout waiting for network interface provisioning to complete.",
            },
            "Dispatch.CapacityUnavailable",
            "Timeout waiting",
        ),
    ],
)
def test_a_failed_jobs_error_is_diagnosed(detail: dict, error: str, message: str) -> None:
    diagnosis = diagnose_job(described(**detail))
    assert diagnosis is not None
    assert isinstance(diagnosis.outcome, Failed)
    assert diagnosis.outcome.error == error
    assert diagnosis.outcome.cause.message.startswith(message)


@pytest.mark.parametrize(
    ("status", "state"),
    [("RUNNABLE", JobState.QUEUED), ("STARTING", JobState.QUEUED), ("RUNNING", JobState.RUNNING)],
)
def test_an_unfinished_job_has_no_outcome(status: str, state: JobState) -> None:
    job = described(status=status)
    for diagnosis in (diagnose(batch_event(job)), diagnose_job(job)):
        assert diagnosis is not None
        assert (diagnosis.state, diagnosis.outcome) == (state, None)


@pytest.mark.parametrize(
    "detail", [{"jobName": "nightly"}, {"jobName": None}, {"jobId": 3}, {"status": "NEW"}, {"status": []}]
)
def test_other_jobs_are_ignored(detail: dict) -> None:
    assert diagnose_job(described(**detail)) is None
    assert diagnose(malformed("batch", described(**detail))) is None
