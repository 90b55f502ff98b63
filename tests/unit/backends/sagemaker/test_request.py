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
    ],
)
def test_an_input_that_sagemaker_would_reject_is_rejected(stubbed, document, job, problem) -> None:
    with pytest.raises(InvalidInput) as raised:
        stubbed[1].start(with_input(document, **job))
    assert str(raised.value).startswith(problem)
