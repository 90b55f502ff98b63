"""The request that creates a training job, and what a task's input changes in it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.backends.sagemaker.training_jobs import ANSWER, TASK, create

from activity_dispatch.domain.tasks import InvalidInput, Task


def with_input(document: Any, **job: Any) -> Task:
    return replace(TASK, input=json.dumps(document), overrides=job)


def test_the_input_sets_hyperparameters_and_locations(stubbed) -> None:
    stubber, backend, _ = stubbed
    document = {
        "hyperparameters": {"changed": 2, "rate": 0.05, "name": "a", "deep": [1, None], "on": True},
        "checkpoint_s3_uri": "s3://bucket/mine/",
        "output_s3_uri": "s3://bucket/out/",
        "input_s3_uris": {"train": "s3://bucket/data/"},
        "more": "is the state machine's",
    }
    source = {
        "S3DataType": "S3Prefix",
        "S3DataDistributionType": "FullyReplicated",
        "S3Uri": "s3://bucket/data/",
    }
    texts = {"kept": "1", "changed": "2", "rate": "0.05", "name": "a", "deep": "[1, null]", "on": "true"}
    wanted = create(
        HyperParameters=texts,
        CheckpointConfig={"S3Uri": "s3://bucket/mine/"},
        OutputDataConfig={"S3OutputPath": "s3://bucket/out/", "KmsKeyId": "key"},
        InputDataConfig=[{"ChannelName": "train", "DataSource": {"S3DataSource": source}}],
    )
    stubber.add_response("create_training_job", ANSWER, wanted)
    backend.start(with_input(document))
    stubber.assert_no_pending_responses()


def test_overrides_are_sent_under_sagemakers_names(stubbed) -> None:
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
    ("document", "job", "problem"),
    [
        ("text", {}, "input: str"),
        ({"hyperparameters": []}, {}, "hyperparameters: list"),
        ({"hyperparameters": {str(n): 1 for n in range(101)}}, {}, "hyperparameters: 101"),
        ({"hyperparameters": {"a": "x" * 2501}}, {}, "hyperparameters.a: 2501 characters"),
        ({"checkpoint_s3_uri": None}, {}, "checkpoint_s3_uri: None"),
        ({"output_s3_uri": "/a/folder"}, {}, "output_s3_uri: '/a/folder'"),
        ({"input_s3_uris": ["s3://a"]}, {}, "input_s3_uris: list"),
        ({"input_s3_uris": {"train": 1}}, {}, "input_s3_uris.train: 1"),
        ({}, {"command": ["sh"]}, "job.command: unknown to this backend; allowed are environment"),
        ({}, {"instance_type": "g5.xlarge"}, "job.instance_type: 'g5.xlarge'"),
        ({}, {"instance_count": True}, "job.instance_count: True"),
        ({}, {"timeout_seconds": 0}, "job.timeout_seconds: 0"),
        ({}, {"environment": {"TASK_ID": "other"}}, "job.environment.TASK_ID: reserved"),
        ({}, {"environment": {"LONG": "x" * 513}}, "job.environment.LONG: 513 characters"),
        ({}, {"timeout_seconds": 2_419_201}, "job.timeout_seconds: 2419201"),
        ({}, {"instance_type": "ml.\0"}, "job.instance_type: 'ml.\\x00'"),
        (
            {"hyperparameters": {"sagemaker_program": "a.py"}},
            {},
            "hyperparameters.sagemaker_program: reserved",
        ),
        ({"hyperparameters": {" SageMaker_Submit_Directory": 1}}, {}, "hyperparameters. SageMaker_Submit"),
        ({"hyperparameters": {"a": "\0"}}, {}, "hyperparameters.a: '\\x00'; it has a NUL"),
        ({"hyperparameters": {"a": "\ud800"}}, {}, "hyperparameters.a: '\\ud800'; it has half"),
        ({"hyperparameters": {"a": "1\n2"}}, {}, "hyperparameters.a: '1\\n2'; it has an end of line"),
        ({"hyperparameters": {"": "1"}}, {}, "hyperparameters.: 0 characters"),
        ({"hyperparameters": {str(n): 1 for n in range(99)}}, {}, "hyperparameters: 101, with those of"),
        ({"checkpoint_s3_uri": "s3://"}, {}, "checkpoint_s3_uri: 's3://'"),
        ({"checkpoint_s3_uri": "s3://b/\n"}, {}, "checkpoint_s3_uri: 's3://b/\\n'"),
        ({"input_s3_uris": {"a/b": "s3://b/a"}}, {}, "input_s3_uris.a/b: not a channel's name"),
        (
            {"input_s3_uris": {str(n): "s3://b/a" for n in range(21)}},
            {},
            "input_s3_uris: 21, with those of the activity",
        ),
    ],
)
def test_an_input_that_sagemaker_would_reject_is_rejected(stubbed, document, job, problem) -> None:
    with pytest.raises(InvalidInput) as raised:
        stubbed[1].start(with_input(document, **job))
    assert str(raised.value).startswith(problem)


@pytest.mark.parametrize(
    "text", ["1" * 5_000, "[" * 100_000 + "]" * 100_000, "{", '{"a": ' + "9" * 5_000 + "}"]
)
def test_an_input_that_python_cannot_read_is_rejected(stubbed, text: str) -> None:
    with pytest.raises(InvalidInput, match="input: it can't be read"):
        stubbed[1].start(replace(TASK, input=text))
