"""Training jobs run under SageMaker's contract and emit events as on AWS."""

import json
from typing import Any

import pytest
from cloud import EVERYTHING, error_code

from compute.resources import Events, post
from compute.training import Training

CONTRACT = """
cd "$SAGEMAKER_BASE_DIR"
cat input/config/hyperparameters.json; echo
cat input/config/resourceconfig.json; echo
cat input/data/train/a.txt
echo $1 $TRAINING_JOB_NAME $GREETING
echo loss=0.5; echo loss=nan; echo loss=0.25 accuracy=1
echo weights > model/weights
echo 1 > checkpoints/epoch-1
echo extra > output/data/extra
"""


def test_a_job_runs_under_the_contract_and_reports_its_end(
    training: Training, training_events: Events
) -> None:
    training.put("data/a.txt", b"1 2 3\n")
    name = training.run_script(
        CONTRACT,
        HyperParameters={"epochs": "3"},
        Environment={"GREETING": "hello"},
        InputDataConfig=[training.channel("train", "data/")],
        CheckpointConfig={"S3Uri": training.uri("checkpoints/one")},
        metrics={"loss": r"loss=(\S+)", "accuracy": r"accuracy=(\S+)", "none": "none=(.)"},
    )
    details = training_events.take("TrainingJobName", name, last="Completed")
    details.sort(key=lambda item: len(item["SecondaryStatusTransitions"]))
    assert [item["SecondaryStatus"] for item in details] == [
        "Starting", "Downloading", "Training", "Uploading", "Completed",
    ]  # fmt: skip
    job = training.describe(name)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Completed", "Completed")
    assert {item["MetricName"]: item["Value"] for item in job["FinalMetricDataList"]} == {
        "loss": 0.25,
        "accuracy": 1.0,
    }
    assert job["BillableTimeInSeconds"] >= 1
    assert job["CreationTime"] <= job["TrainingStartTime"] <= job["TrainingEndTime"]
    assert_files(training, name, job["ModelArtifacts"]["S3ModelArtifacts"])


def assert_files(training: Training, name: str, model: str) -> None:
    lines = training.output(name, count=4)
    assert json.loads(lines[0]) == {"epochs": "3"}
    assert json.loads(lines[1])["hosts"] == ["algo-1"]
    assert lines[2:4] == ["1 2 3", f"train {name} hello"]
    assert model == training.uri(f"models/{name}/output/model.tar.gz")
    assert training.members(model) == {"weights": b"weights\n"}
    assert training.members(model.replace("model.tar", "output.tar")) == {"extra": b"extra\n"}
    assert training.read(training.uri("checkpoints/one/epoch-1")) == b"1\n"


def test_an_event_has_awss_shape(training: Training, training_events: Events) -> None:
    name = training.run(["true"], Tags=[{"Key": "team", "Value": "a"}])
    detail = next(
        item
        for item in training_events.take("TrainingJobName", name, last="Completed")
        if item["TrainingJobStatus"] == "Completed"
    )
    assert detail["TrainingJobArn"].endswith(f":training-job/{name}")
    assert detail["Tags"] == [{"Key": "team", "Value": "a"}]
    job = training.describe(name)
    assert detail["CreationTime"] == round(job["CreationTime"].timestamp() * 1000)
    assert detail["LastModifiedTime"] >= detail["TrainingStartTime"]
    assert set(job) - set(detail) >= {"BillableTimeInSeconds", "TrainingTimeInSeconds"}
    assert [item["Status"] for item in detail["SecondaryStatusTransitions"]][-1] == "Completed"


def test_the_container_reports_its_failure(training: Training) -> None:
    silent = training.ended(training.run_script("exit 3"))
    assert (silent["TrainingJobStatus"], silent["SecondaryStatus"]) == ("Failed", "Failed")
    assert silent["FailureReason"] == "AlgorithmError: , exit code: 3"
    reported = training.ended(
        training.run_script('echo "loss is NaN" > $SAGEMAKER_BASE_DIR/output/failure; exit 1')
    )
    assert reported["FailureReason"] == "AlgorithmError: loss is NaN, exit code: 1"
    assert "ModelArtifacts" not in reported


def test_a_start_failure_is_a_client_error(training: Training) -> None:
    missing = training.ended(training.run(["true"], image="nowhere"))
    assert missing["FailureReason"].startswith("ClientError: Cannot pull algorithm container.")
    empty = training.ended(
        training.run(["true"], InputDataConfig=[training.channel("train", "nothing/")])
    )
    assert empty["FailureReason"].startswith("ClientError: No S3 objects found")


def test_a_name_can_be_used_only_once(training: Training) -> None:
    name = training.run(["true"])
    arguments = training.arguments(["true"], TrainingJobName=name)
    assert error_code(training.client.create_training_job, **arguments) == "ResourceInUse"
    training.ended(name)
    assert error_code(training.client.create_training_job, **arguments) == "ResourceInUse"


@pytest.mark.parametrize(
    "wrong",
    [
        {"TrainingJobName": "under_score"},
        {"TrainingJobName": "a" * 64},
        {"RoleArn": "arn:aws:iam::000000000000:user/somebody"},
        {"RoleArn": "arn:aws:iam::000000000000:role/nobody"},
        {"HyperParameters": {"long": "x" * 2501}},
        {"HyperParameters": {str(number): "1" for number in range(101)}},
        {"Environment": {"LONG": "x" * 513}},
        {"EnableManagedSpotTraining": True},
        {
            "EnableManagedSpotTraining": True,
            "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 59},
        },
        {"StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60}},
        {"OutputDataConfig": {"S3OutputPath": "/a/folder"}},
        {
            "ResourceConfig": {
                "InstanceType": "ml.m5.large",
                "InstanceCount": 2,
                "VolumeSizeInGB": 1,
            }
        },
    ],
)
def test_an_invalid_request_is_refused(training: Training, wrong: dict[str, Any]) -> None:
    arguments = training.arguments(["true"]) | wrong
    assert error_code(training.client.create_training_job, **arguments) == "ValidationException"


def test_an_unknown_job_is_an_error(training: Training) -> None:
    for call in (training.client.describe_training_job, training.client.stop_training_job):
        assert error_code(call, TrainingJobName="gone") == "ValidationException"


def test_jobs_are_listed(training: Training) -> None:
    names = [training.run(["true"]) for _ in range(3)]
    for name in names:
        training.ended(name)
    prefix = names[0].rpartition("-")[0]
    pages = training.client.get_paginator("list_training_jobs").paginate(
        NameContains=prefix, StatusEquals="Completed", SortOrder="Ascending",
        PaginationConfig={"PageSize": 2},
    )  # fmt: skip
    found = [item["TrainingJobName"] for page in pages for item in page["TrainingJobSummaries"]]
    assert [name for name in found if name in names] == names


def test_a_shortage_fails_the_next_job(training: Training) -> None:
    assert post(training.cloud, "sagemaker/shortage", jobs=1) == 200
    failed = training.ended(training.run(["true"]))
    assert failed["FailureReason"].startswith("CapacityError: ")
    assert training.ended(training.run(["true"]))["TrainingJobStatus"] == "Completed"
    assert post(training.cloud, "sagemaker/shortage", jobs="many") == 400


def test_without_an_entrypoint_the_image_is_run_with_train(training: Training) -> None:
    name = training.create(image="greeter")
    training.ended(name)
    assert training.output(name) == ["hello train"]


class TestRoles:
    def test_a_job_acts_as_its_role(self, training: Training) -> None:
        name = training.run_script('echo "$AWS_ACCESS_KEY_ID $AWS_SESSION_TOKEN"')
        training.ended(name)
        key, token = training.output(name)[0].split()
        assert key != "test"
        assert token

    def test_a_role_must_trust_sagemaker(self, training: Training) -> None:
        role = training.cloud.role(EVERYTHING, services=["lambda"])
        arguments = training.arguments(["true"], RoleArn=role)
        assert error_code(training.client.create_training_job, **arguments) == "ValidationException"

    def test_data_is_read_and_models_are_written_as_the_role(self, training: Training) -> None:
        training.put("mine/a.txt", b"1")
        logs = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
        bucket = f"arn:aws:s3:::{training.bucket}"
        reads = {
            "Effect": "Allow",
            "Action": ["s3:ListBucket", "s3:GetObject"],
            "Resource": [bucket, f"{bucket}/*"],
        }
        channel = [training.channel("train", "mine/")]
        for statements in ((logs,), (logs, reads)):
            role = training.cloud.role(*statements, services=["sagemaker"])
            job = training.ended(training.run(["true"], RoleArn=role, InputDataConfig=channel))
            assert job["TrainingJobStatus"] == "Failed"
            assert "AccessDenied" in job["FailureReason"]
        statuses = [item["Status"] for item in job["SecondaryStatusTransitions"]]
        assert "Uploading" in statuses


def test_tagging_a_new_job_is_permitted_by_the_call_that_tags(training: Training) -> None:
    """Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemakerai.html"""
    anything = {"Effect": "Allow", "Resource": "*"}
    run = {**anything, "Action": ["sagemaker:CreateTrainingJob", "iam:PassRole"]}
    tag = {**anything, "Action": "sagemaker:AddTags"}
    caller = training.cloud.role()
    client = training.cloud.acting_as(caller)("sagemaker")
    arguments = training.arguments(["true"], Tags=[{"Key": "a", "Value": "b"}])
    for operation, code in (("CreateModel", "AccessDeniedException"), ("CreateTrainingJob", None)):
        condition = {"StringEquals": {"sagemaker:TaggingAction": operation}}
        training.cloud.allow(caller, run, {**tag, "Condition": condition})
        if code is None:
            client.create_training_job(**arguments)
        else:
            assert error_code(client.create_training_job, **arguments) == code
