"""What SageMaker's events and descriptions say about jobs."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.schemas.events.samples import malformed, training_event
from tests.unit.backends.sagemaker.training_jobs import ANSWER, NAME, TASK

from activity_dispatch.backends.sagemaker.events import diagnose, diagnose_job
from activity_dispatch.domain.jobs import JobState
from activity_dispatch.domain.outcomes import Failed, Succeeded

TIMES = {
    "CreationTime": "1583831889050",
    "TrainingStartTime": "1583831890050",
    "TrainingEndTime": "1583831990051",
    "LastModifiedTime": "1583831991050",
}
DETAIL = {
    **ANSWER,
    "TrainingJobName": NAME,
    "TrainingJobStatus": "Failed",
    "SecondaryStatus": "Failed",
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/models/"},
    "SecondaryStatusTransitions": [{"Status": "Starting"}, {"Status": "Training"}],
}


def event(**detail: Any) -> dict[str, Any]:
    """Return an event like AWS's example, in which times are milliseconds in a string."""
    return training_event({**DETAIL, **TIMES, **detail})


def described(**fields: Any) -> dict[str, Any]:
    """Return a description of an ended job; times as an event has them do no harm."""
    return {**DETAIL, **TIMES, "FailureReason": "AlgorithmError: , exit code: 3", **fields}


def outcome_of(**fields: Any) -> Any:
    diagnosis = diagnose_job(described(**fields))
    assert diagnosis is not None
    assert (diagnosis.task_id, diagnosis.job_id, diagnosis.state) == (TASK.task_id, NAME, JobState.ENDED)
    return diagnosis.outcome


NEVER_RAN = {"SecondaryStatusTransitions": [{"Status": "Starting"}]}


COMPLETED = {"TrainingJobStatus": "Completed", "SecondaryStatus": "Completed", "FailureReason": None}


FIELDS = st.sampled_from([*described(), "FinalMetricDataList", "ModelArtifacts", "BillableTimeInSeconds"])


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@pytest.mark.parametrize("times", [TIMES, {name: int(text) for name, text in TIMES.items()}])
@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped"])
def test_an_event_says_that_a_job_has_ended_but_not_how(status: str, times: dict) -> None:
    diagnosis = diagnose(event(TrainingJobStatus=status, SecondaryStatus=status, **times))
    assert diagnosis is not None
    assert (diagnosis.task_id, diagnosis.job_id, diagnosis.state) == (TASK.task_id, NAME, JobState.ENDED)
    assert (diagnosis.outcome, diagnosis.progress, diagnosis.ended_at) == (None, None, 1_583_831_990.051)


def test_a_success_reports_model_metrics_and_billed_time() -> None:
    outcome = outcome_of(
        **COMPLETED,
        ModelArtifacts={"S3ModelArtifacts": "s3://bucket/models/m.tar.gz"},
        FinalMetricDataList=[{"MetricName": "accuracy", "Value": 0.98, "Timestamp": "1583831990050"}],
        BillableTimeInSeconds=40,
        TrainingTimeInSeconds=101,
    )
    assert isinstance(outcome, Succeeded)
    assert json.loads(outcome.output) == {
        "job_name": NAME,
        "model_s3_uri": "s3://bucket/models/m.tar.gz",
        "metrics": {"accuracy": 0.98},
        "billable_seconds": 40,
        "training_seconds": 101,
    }


def test_missing_fields_of_a_description_are_derived_from_the_others() -> None:
    outcome = outcome_of(**COMPLETED)
    assert isinstance(outcome, Succeeded)
    assert json.loads(outcome.output) == {
        "job_name": NAME,
        "model_s3_uri": f"s3://bucket/models/{NAME}/output/model.tar.gz",
        "metrics": {},
        "billable_seconds": 101,
        "training_seconds": 101,
    }


@pytest.mark.parametrize(
    ("detail", "error", "exit_code"),
    [
        ({}, "Job.Failed", 3),
        ({"FailureReason": "AlgorithmError: the loss is nan, exit code: 1"}, "Job.Failed", 1),
        ({"FailureReason": "AlgorithmError: , exit code: 137"}, "Job.OutOfMemory", 137),
        ({"FailureReason": "ClientError: more memory, exit code: 137"}, "Job.OutOfMemory", 137),
        ({"FailureReason": "AlgorithmError: , exit code: 143"}, "Job.Interrupted", 143),
        ({"FailureReason": "CapacityError: Unable to provision"}, "Dispatch.CapacityUnavailable", None),
        ({"FailureReason": "InternalServerError: We encountered"}, "Job.Interrupted", None),
        ({"FailureReason": "ClientError: Cannot pull", **NEVER_RAN}, "Job.NeverStarted", None),
        ({"FailureReason": "ClientError: no model"}, "Job.Failed", None),
        ({"FailureReason": None}, "Job.Failed", None),
        ({"FailureReason": None, **NEVER_RAN}, "Job.NeverStarted", None),
        ({"SecondaryStatusTransitions": None, "FailureReason": "ClientError: "}, "Job.Failed", None),
    ],
)
def test_a_failed_jobs_error_is_diagnosed(detail: dict, error: str, exit_code: int | None) -> None:
    outcome = outcome_of(**detail)
    assert isinstance(outcome, Failed)
    assert (outcome.error, outcome.cause.exit_code) == (error, exit_code)
    assert (detail.get("FailureReason") or "") in outcome.cause.message
    assert outcome.cause.stop_code == "Failed"


@pytest.mark.parametrize(
    ("secondary", "has_run", "error"),
    [
        ("Stopped", True, "Job.Interrupted"),
        ("MaxRuntimeExceeded", True, "Job.TimedOut"),
        ("MaxWaitTimeExceeded", True, "Job.Interrupted"),
        ("MaxWaitTimeExceeded", False, "Dispatch.QueueTimeout"),
    ],
)
def test_a_stopped_jobs_error_is_diagnosed(secondary: str, has_run: bool, error: str) -> None:
    transitions = [{"Status": "Starting"}, *([{"Status": "Training"}] if has_run else [])]
    outcome = outcome_of(
        TrainingJobStatus="Stopped",
        SecondaryStatus=secondary,
        FailureReason=None,
        SecondaryStatusTransitions=transitions,
    )
    assert isinstance(outcome, Failed)
    assert (outcome.error, outcome.cause.stop_code) == (error, secondary)


@pytest.mark.parametrize(
    ("status", "secondary", "has_run", "state"),
    [
        ("InProgress", "Starting", False, JobState.QUEUED),
        ("InProgress", "Pending", False, JobState.QUEUED),
        ("InProgress", "Starting", True, JobState.RUNNING),
        ("InProgress", "Downloading", False, JobState.RUNNING),
        ("InProgress", "Training", True, JobState.RUNNING),
        ("InProgress", "Interrupted", True, JobState.RUNNING),
        ("InProgress", "SomethingNew", False, JobState.RUNNING),
        ("Stopping", "Stopping", True, JobState.RUNNING),
    ],
)
def test_an_unfinished_job_reports_its_secondary_status(
    status: str, secondary: str, has_run: bool, state: JobState
) -> None:
    transitions = [{"Status": "Training" if has_run else "Starting"}]
    detail = {
        "TrainingJobStatus": status,
        "SecondaryStatus": secondary,
        "SecondaryStatusTransitions": transitions,
    }
    metrics = [{"MetricName": "loss", "Value": 0.5}]
    reported = diagnose(event(**detail))
    looked_up = diagnose_job(described(**detail, FinalMetricDataList=metrics))
    assert reported is not None
    assert looked_up is not None
    assert (reported.state, reported.outcome) == (looked_up.state, looked_up.outcome) == (state, None)
    assert json.loads(reported.progress or "") == {"secondary_status": secondary}
    wanted = {"secondary_status": secondary, "metrics": {"loss": 0.5}}
    assert json.loads(looked_up.progress or "") == wanted


@pytest.mark.parametrize(
    "detail",
    [
        {"TrainingJobName": "nightly"},
        {"TrainingJobName": None},
        {"TrainingJobStatus": "New"},
        {"SecondaryStatus": 3},
    ],
)
def test_other_jobs_are_ignored(detail: dict) -> None:
    assert diagnose_job(described(**detail)) is None
    assert diagnose(malformed("sagemaker", described(**detail))) is None


@given(st.dictionaries(FIELDS, ANYTHING), st.sampled_from(["Completed", "Failed", "Stopped", "InProgress"]))
def test_no_event_and_no_description_raises(detail: dict, status: str) -> None:
    made = described(**detail, **({} if "TrainingJobStatus" in detail else {"TrainingJobStatus": status}))
    diagnose(malformed("sagemaker", made))
    diagnosis = diagnose_job(made)
    if diagnosis is not None and isinstance(diagnosis.outcome, Succeeded):
        json.loads(diagnosis.outcome.output)
