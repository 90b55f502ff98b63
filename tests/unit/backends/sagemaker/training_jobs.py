"""A training job: its task, the request that creates it, and SageMaker's answers."""

from datetime import UTC, datetime
from typing import Any

from activity_dispatch.domain.tasks import Task

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


def create(**other: Any) -> dict[str, Any]:
    return {
        **TEMPLATE,
        "TrainingJobName": NAME,
        "Environment": {"MODE": "fast", "TASK_ID": TASK.task_id},
        "CheckpointConfig": {"S3Uri": f"s3://bucket/checkpoints/{TASK.task_id}/"},
        **other,
    }


def described(**other: Any) -> dict[str, Any]:
    """Return an answer of DescribeTrainingJob."""
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
