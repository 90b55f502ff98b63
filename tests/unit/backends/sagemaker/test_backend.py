"""Backend `sagemaker` against botocore's own model of the API."""

import json

import pytest
from botocore.exceptions import ClientError
from tests.unit.backends.sagemaker.training_jobs import ANSWER, NAME, TASK, create, described

from activity_dispatch.backends.base import StartRefused
from activity_dispatch.backends.sagemaker.backend import LOG_GROUP
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState, LogLocation


def test_the_job_is_named_after_the_task_and_gets_no_token(stubbed) -> None:
    stubber, backend, _ = stubbed
    stubber.add_response("create_training_job", ANSWER, create())
    assert backend.start(TASK) == NAME
    assert len(NAME) <= 63
    assert "secret" not in json.dumps(create())


def test_a_name_already_in_use_is_the_tasks_own_job(stubbed) -> None:
    stubber, backend, _ = stubbed
    stubber.add_client_error("create_training_job", "ResourceInUse", "names must be unique")
    assert backend.start(TASK) == NAME


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("ThrottlingException", 400, "Dispatch.Throttled"),
        ("ResourceLimitExceeded", 400, "Dispatch.CapacityUnavailable"),
        ("InternalFailure", 500, "Dispatch.CapacityUnavailable"),
        ("ValidationException", 400, "Dispatch.InvalidRequest"),
    ],
)
def test_errors_become_dispatch_errors(stubbed, code: str, status: int, error: str) -> None:
    stubber, backend, _ = stubbed
    stubber.add_client_error("create_training_job", code, "said SageMaker", status)
    with pytest.raises(StartRefused, match=f"{code}.*said SageMaker") as caught:
        backend.start(TASK)
    assert caught.value.error == error


def test_jobs_are_described_one_by_one_and_missing_ones_left_out(stubbed) -> None:
    stubber, backend, _ = stubbed
    stubber.add_response("describe_training_job", described(), {"TrainingJobName": NAME})
    diagnosis = backend.describe([JobId(NAME)])[JobId(NAME)]
    assert (diagnosis.task_id, diagnosis.state) == (TASK.task_id, JobState.RUNNING)
    stubber.add_client_error("describe_training_job", "ValidationException", "not found")
    assert backend.describe([JobId("gone")]) == {}


def test_a_job_is_found_by_its_task(stubbed) -> None:
    stubber, backend, _ = stubbed
    stubber.add_response("describe_training_job", described(), {"TrainingJobName": NAME})
    assert backend.find(TASK.task_id) == NAME
    stubber.add_client_error("describe_training_job", "ValidationException", "not found")
    assert backend.find(TASK.task_id) is None


def test_an_ended_job_is_described_with_its_outcome(stubbed) -> None:
    stubber, backend, _ = stubbed
    job = described(TrainingJobStatus="Failed", SecondaryStatus="Failed", FailureReason="CapacityError: x")
    stubber.add_response("describe_training_job", job)
    found = backend.describe([JobId(NAME)])[JobId(NAME)]
    assert (found.state, found.outcome.error) == (JobState.ENDED, "Dispatch.CapacityUnavailable")


@pytest.mark.parametrize(
    ("status", "stopped"), [("InProgress", True), ("Stopping", True), ("Stopped", False)]
)
def test_only_unfinished_jobs_are_stopped(stubbed, status: str, stopped: bool) -> None:
    stubber, backend, _ = stubbed
    stubber.add_response("describe_training_job", described(TrainingJobStatus=status))
    if stopped:
        stubber.add_response("stop_training_job", {}, {"TrainingJobName": NAME})
    backend.stop(JobId(NAME), "why")
    stubber.assert_no_pending_responses()


def test_a_job_that_ends_while_it_is_being_stopped_counts_as_stopped(stubbed) -> None:
    stubber, backend, _ = stubbed
    stubber.add_response("describe_training_job", described())
    stubber.add_client_error("stop_training_job", "ValidationException", "is in status Completed")
    stubber.add_response("describe_training_job", described(TrainingJobStatus="Completed"))
    backend.stop(JobId(NAME), "why")


@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException"])
def test_a_job_that_cannot_be_stopped_is_an_error(stubbed, code: str) -> None:
    stubber, backend, _ = stubbed
    stubber.add_response("describe_training_job", described())
    stubber.add_client_error("stop_training_job", code, "no")
    if code == "ValidationException":
        stubber.add_response("describe_training_job", described())
    with pytest.raises(ClientError, match=code):
        backend.stop(JobId(NAME), "why")


def test_the_log_is_that_of_the_latest_start(stubbed) -> None:
    _, backend, logs = stubbed
    streams = [{"logStreamName": f"{NAME}/algo-1-{time}"} for time in (1700000000, 1700000300)]
    wanted = {"logGroupName": LOG_GROUP, "logStreamNamePrefix": f"{NAME}/algo-1-"}
    logs.add_response("describe_log_streams", {"logStreams": streams}, wanted)
    diagnosis = Diagnosis(task_id="t", job_id=JobId(NAME), state=JobState.ENDED)
    found = backend.log_location(diagnosis)
    assert found == LogLocation(group=LOG_GROUP, stream=f"{NAME}/algo-1-1700000300")
    logs.add_response("describe_log_streams", {"logStreams": []}, wanted)
    assert backend.log_location(diagnosis) is None
    logs.add_client_error("describe_log_streams", "ResourceNotFoundException", "no group")
    assert backend.log_location(diagnosis) is None
