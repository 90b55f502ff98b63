"""Backend `sagemaker` against botocore's own model of the API."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from activity_dispatch.backends.base import StartRefused
from activity_dispatch.backends.sagemaker.backend import LOG_GROUP, SageMakerBackend
from activity_dispatch.backends.sagemaker.events import diagnose
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState, LogLocation
from activity_dispatch.domain.outcomes import Failed, Succeeded
from activity_dispatch.domain.tasks import InvalidInput, Task

TASK = Task(activity_arn="arn:activity", token="secret-token", input="{}", heartbeat_seconds=60)
NAME = f"task-{TASK.task_id}"
ROLE = "arn:aws:iam::123456789012:role/training"
TEMPLATE: dict[str, Any] = {
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "RoleArn": ROLE,
    "HyperParameters": {"kept": "1", "changed": "1"},
    "Environment": {"MODE": "fast"},
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/models/", "KmsKeyId": "key"},
    "ResourceConfig": {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
    "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 120},
    "EnableManagedSpotTraining": True,
}
ANSWER = {"TrainingJobArn": f"arn:aws:sagemaker:eu-west-1:123456789012:training-job/{NAME}"}


@pytest.fixture
def stubbed(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    once = Config(retries={"total_max_attempts": 1})
    client = boto3.client("sagemaker", region_name="eu-west-1", config=once)
    logs = boto3.client("logs", region_name="eu-west-1", config=once)
    backend = SageMakerBackend(
        client=client, logs=logs, template=TEMPLATE, checkpoint_s3_uri="s3://bucket/checkpoints"
    )
    with Stubber(client) as stubber, Stubber(logs) as stubbed_logs:
        yield stubber, backend, stubbed_logs


def create(**other: Any) -> dict[str, Any]:
    return {
        **TEMPLATE,
        "TrainingJobName": NAME,
        "Environment": {"MODE": "fast", "TASK_ID": TASK.task_id},
        "CheckpointConfig": {"S3Uri": f"s3://bucket/checkpoints/{TASK.task_id}/"},
        **other,
    }


def with_input(document: Any, **job: Any) -> Task:
    return replace(TASK, input=json.dumps(document), overrides=job)


class TestStart:
    def test_the_job_is_named_after_the_task_and_knows_no_token(self, stubbed) -> None:
        stubber, backend, _ = stubbed
        stubber.add_response("create_training_job", ANSWER, create())
        assert backend.start(TASK) == NAME
        assert len(NAME) <= 63
        assert "secret" not in json.dumps(create())

    def test_a_name_that_is_taken_is_the_tasks_own_job(self, stubbed) -> None:
        stubber, backend, _ = stubbed
        stubber.add_client_error("create_training_job", "ResourceInUse", "names must be unique")
        assert backend.start(TASK) == NAME

    def test_the_input_says_what_is_trained_and_where_it_goes(self, stubbed) -> None:
        stubber, backend, _ = stubbed
        source = {
            "S3DataType": "S3Prefix",
            "S3DataDistributionType": "FullyReplicated",
            "S3Uri": "s3://bucket/data/",
        }
        wanted = create(
            HyperParameters={
                "kept": "1",
                "changed": "2",
                "rate": "0.05",
                "name": "a",
                "deep": "[1, null]",
                "on": "true",
            },
            CheckpointConfig={"S3Uri": "s3://bucket/mine/"},
            OutputDataConfig={"S3OutputPath": "s3://bucket/out/", "KmsKeyId": "key"},
            InputDataConfig=[{"ChannelName": "train", "DataSource": {"S3DataSource": source}}],
        )
        stubber.add_response("create_training_job", ANSWER, wanted)
        backend.start(
            with_input(
                {
                    "hyperparameters": {
                        "changed": 2,
                        "rate": 0.05,
                        "name": "a",
                        "deep": [1, None],
                        "on": True,
                    },
                    "checkpoint_s3_uri": "s3://bucket/mine/",
                    "output_s3_uri": "s3://bucket/out/",
                    "input_s3_uris": {"train": "s3://bucket/data/"},
                    "more": "is the state machine's",
                }
            )
        )
        stubber.assert_no_pending_responses()

    def test_overrides_in_the_words_of_sagemaker(self, stubbed) -> None:
        stubber, backend, _ = stubbed
        wanted = create(
            ResourceConfig={"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 2, "VolumeSizeInGB": 50},
            StoppingCondition={"MaxRuntimeInSeconds": 300, "MaxWaitTimeInSeconds": 300},
            Environment={"MODE": "slow", "TASK_ID": TASK.task_id},
        )
        stubber.add_response("create_training_job", ANSWER, wanted)
        job = {
            "instance_type": "ml.p4d.24xlarge",
            "instance_count": 2,
            "volume_gb": 50,
            "timeout_seconds": 300,
            "environment": {"MODE": "slow"},
        }
        backend.start(with_input({}, **job))
        stubber.assert_no_pending_responses()

    @pytest.mark.parametrize(
        ("document", "job", "told"),
        [
            ("text", {}, "input: str"),
            ({"hyperparameters": []}, {}, "hyperparameters: list"),
            ({"hyperparameters": {str(n): 1 for n in range(101)}}, {}, "hyperparameters: 101"),
            ({"hyperparameters": {"a": "x" * 2501}}, {}, "hyperparameters.a: 2501 characters"),
            ({"checkpoint_s3_uri": None}, {}, "checkpoint_s3_uri: None"),
            ({"output_s3_uri": "/a/folder"}, {}, "output_s3_uri: '/a/folder'"),
            ({"input_s3_uris": ["s3://a"]}, {}, "input_s3_uris: list"),
            ({"input_s3_uris": {"train": 1}}, {}, "input_s3_uris.train: 1"),
            (
                {},
                {"command": ["sh"]},
                "job.command: unknown to this backend; allowed are environment, instance_type",
            ),
            ({}, {"instance_type": "g5.xlarge"}, "job.instance_type: 'g5.xlarge'"),
            ({}, {"instance_count": True}, "job.instance_count: True"),
            ({}, {"timeout_seconds": 0}, "job.timeout_seconds: 0"),
            ({}, {"environment": {"TASK_ID": "other"}}, "job.environment.TASK_ID: reserved"),
            ({}, {"environment": {"LONG": "x" * 513}}, "job.environment.LONG: 513 characters"),
        ],
    )
    def test_an_input_that_sagemaker_cannot_take(self, stubbed, document, job, told) -> None:
        with pytest.raises(InvalidInput) as raised:
            stubbed[1].start(with_input(document, **job))
        assert str(raised.value).startswith(told)

    @pytest.mark.parametrize(
        ("code", "status", "error"),
        [
            ("ThrottlingException", 400, "Dispatch.Throttled"),
            ("ResourceLimitExceeded", 400, "Dispatch.CapacityUnavailable"),
            ("InternalFailure", 500, "Dispatch.CapacityUnavailable"),
            ("ValidationException", 400, "Dispatch.InvalidRequest"),
        ],
    )
    def test_errors_become_dispatch_errors(self, stubbed, code: str, status: int, error: str) -> None:
        stubber, backend, _ = stubbed
        stubber.add_client_error("create_training_job", code, "said SageMaker", status)
        with pytest.raises(StartRefused, match=f"{code}.*said SageMaker") as caught:
            backend.start(TASK)
        assert caught.value.error == error


def described(**other: Any) -> dict[str, Any]:
    """What DescribeTrainingJob answers."""
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    return {
        **ANSWER,
        "TrainingJobName": NAME,
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": "Training",
        "ModelArtifacts": {"S3ModelArtifacts": "s3://bucket/model.tar.gz"},
        "AlgorithmSpecification": TEMPLATE["AlgorithmSpecification"],
        "ResourceConfig": TEMPLATE["ResourceConfig"],
        "StoppingCondition": TEMPLATE["StoppingCondition"],
        "CreationTime": moment,
        "LastModifiedTime": moment,
        **other,
    }


class TestJobs:
    def test_they_are_described_one_by_one_without_the_missing(self, stubbed) -> None:
        stubber, backend, _ = stubbed
        stubber.add_response("describe_training_job", described(), {"TrainingJobName": NAME})
        diagnosis = backend.describe([JobId(NAME)])[JobId(NAME)]
        assert (diagnosis.task_id, diagnosis.state) == (TASK.task_id, JobState.RUNNING)
        stubber.add_client_error("describe_training_job", "ValidationException", "not found")
        assert backend.describe([JobId("gone")]) == {}

    def test_one_is_found_by_its_task(self, stubbed) -> None:
        stubber, backend, _ = stubbed
        stubber.add_response("describe_training_job", described(), {"TrainingJobName": NAME})
        assert backend.find(TASK.task_id) == NAME
        stubber.add_client_error("describe_training_job", "ValidationException", "not found")
        assert backend.find(TASK.task_id) is None

    def test_a_job_that_has_ended_is_described_as_its_event_tells_it(self, stubbed) -> None:
        stubber, backend, _ = stubbed
        job = described(
            TrainingJobStatus="Failed", SecondaryStatus="Failed", FailureReason="CapacityError: x"
        )
        stubber.add_response("describe_training_job", job)
        found = backend.describe([JobId(NAME)])[JobId(NAME)]
        as_event = {**job, "LastModifiedTime": str(round(job["LastModifiedTime"].timestamp() * 1000))}
        assert found == diagnose({"source": "aws.sagemaker", "detail": as_event})

    @pytest.mark.parametrize(
        ("status", "stopped"), [("InProgress", True), ("Stopping", True), ("Stopped", False)]
    )
    def test_only_what_is_under_way_is_stopped(self, stubbed, status: str, stopped: bool) -> None:
        stubber, backend, _ = stubbed
        stubber.add_response("describe_training_job", described(TrainingJobStatus=status))
        if stopped:
            stubber.add_response("stop_training_job", {}, {"TrainingJobName": NAME})
        backend.stop(JobId(NAME), "why")
        stubber.assert_no_pending_responses()

    def test_one_that_ends_while_it_is_stopped_counts_as_stopped(self, stubbed) -> None:
        stubber, backend, _ = stubbed
        stubber.add_response("describe_training_job", described())
        stubber.add_client_error("stop_training_job", "ValidationException", "is in status Completed")
        stubber.add_response("describe_training_job", described(TrainingJobStatus="Completed"))
        backend.stop(JobId(NAME), "why")

    @pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException"])
    def test_one_that_cannot_be_stopped_is_an_error(self, stubbed, code: str) -> None:
        stubber, backend, _ = stubbed
        stubber.add_response("describe_training_job", described())
        stubber.add_client_error("stop_training_job", code, "no")
        if code == "ValidationException":
            stubber.add_response("describe_training_job", described())
        with pytest.raises(ClientError, match=code):
            backend.stop(JobId(NAME), "why")

    def test_the_log_is_that_of_the_last_start(self, stubbed) -> None:
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


def event(**detail: Any) -> dict[str, Any]:
    """An event, as AWS shows one: times are milliseconds in a text."""
    return {
        "source": "aws.sagemaker",
        "detail-type": "SageMaker Training Job State Change",
        "detail": {
            **ANSWER,
            "TrainingJobName": NAME,
            "TrainingJobStatus": "Failed",
            "SecondaryStatus": "Failed",
            "FailureReason": "AlgorithmError: , exit code: 3",
            "OutputDataConfig": {"S3OutputPath": "s3://bucket/models/"},
            "CreationTime": "1583831889050",
            "TrainingStartTime": "1583831890050",
            "TrainingEndTime": "1583831990051",
            "LastModifiedTime": "1583831991050",
            "SecondaryStatusTransitions": [{"Status": "Starting"}, {"Status": "Training"}],
            **detail,
        },
    }


def outcome_of(**detail: Any) -> Any:
    diagnosis = diagnose(event(**detail))
    assert diagnosis is not None
    assert (diagnosis.task_id, diagnosis.job_id, diagnosis.state) == (TASK.task_id, NAME, JobState.ENDED)
    return diagnosis.outcome


NEVER_RAN = {"SecondaryStatusTransitions": [{"Status": "Starting"}]}
COMPLETED = {"TrainingJobStatus": "Completed", "SecondaryStatus": "Completed", "FailureReason": None}


FIELDS = st.sampled_from(
    [*event()["detail"], "FinalMetricDataList", "ModelArtifacts", "BillableTimeInSeconds"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


class TestDiagnosis:
    def test_a_success_has_model_metrics_and_what_it_costs(self) -> None:
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

    def test_what_an_event_may_lack_follows_from_the_rest(self) -> None:
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
    def test_failures(self, detail: dict, error: str, exit_code: int | None) -> None:
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
    def test_stops(self, secondary: str, has_run: bool, error: str) -> None:
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
    def test_what_is_under_way_tells_its_secondary_status(
        self, status: str, secondary: str, has_run: bool, state: JobState
    ) -> None:
        transitions = [{"Status": "Training" if has_run else "Starting"}]
        diagnosis = diagnose(
            event(
                TrainingJobStatus=status,
                SecondaryStatus=secondary,
                SecondaryStatusTransitions=transitions,
                FinalMetricDataList=[{"MetricName": "loss", "Value": 0.5}],
            )
        )
        assert diagnosis is not None
        assert (diagnosis.state, diagnosis.outcome) == (state, None)
        wanted = {"secondary_status": secondary, "metrics": {"loss": 0.5}}
        assert json.loads(diagnosis.progress or "") == wanted

    @pytest.mark.parametrize(
        "detail",
        [
            {"TrainingJobName": "nightly"},
            {"TrainingJobName": None},
            {"TrainingJobStatus": "New"},
            {"SecondaryStatus": 3},
        ],
    )
    def test_jobs_of_others_say_nothing(self, detail: dict) -> None:
        assert diagnose(event(**detail)) is None

    @given(
        st.dictionaries(FIELDS, ANYTHING), st.sampled_from(["Completed", "Failed", "Stopped", "InProgress"])
    )
    def test_whatever_an_event_holds_it_does_not_raise(self, detail: dict, status: str) -> None:
        made = {**event(), "detail": {**event()["detail"], **detail, "TrainingJobStatus": status}}
        diagnosis = diagnose(made)
        if diagnosis is not None and isinstance(diagnosis.outcome, Succeeded):
            json.loads(diagnosis.outcome.output)
