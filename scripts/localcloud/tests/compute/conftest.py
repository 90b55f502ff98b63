"""One cloud for all tests of containers, with containers as processes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cloud import EVERYTHING, Cloud, started, unique
from command_line import Cli

from compute.resources import STOCK, Batch, Ecs, Events, events
from compute.training import Training

MAX_CONTAINERS = 8
STOP_TIMEOUT_SECONDS = 1
IMAGES = {
    STOCK: {},
    "greeter": {"argv": ["echo", "hello"], "command": ["world"]},
    "greeter-of-others": {"argv": ["echo", "good", "day"]},
    "reader": {"argv": ["sh", "-c"], "cwd": "/", "env": {"OF_IMAGE": "image", "CHANGED": "image"}},
}


@pytest.fixture(scope="session")
def cloud(make_cli: Callable[..., Cli], tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    """The cloud of these tests."""
    return start(make_cli, tmp_path_factory.mktemp("images") / "images.json")


def start(make_cli: Callable[..., Cli], images: Path, runner: str = "process") -> Cloud:
    """Start a cloud whose image mapping is in that file."""
    images.write_text(json.dumps(IMAGES), encoding="utf-8")
    cli = make_cli(
        LOCALCLOUD_RUNNER=runner,
        LOCALCLOUD_IMAGES=str(images),
        LOCALCLOUD_MAX_CONTAINERS=str(MAX_CONTAINERS),
        LOCALCLOUD_STOP_TIMEOUT_SECONDS=str(STOP_TIMEOUT_SECONDS),
    )
    return started(cli)


@pytest.fixture(scope="session")
def ecs(cloud: Cloud) -> Ecs:
    """A cluster."""
    return make_ecs(cloud)


def make_ecs(cloud: Cloud) -> Ecs:
    """Create a cluster in a cloud."""
    cluster, group = unique("cluster"), unique("/group")
    cloud.client("ecs").create_cluster(
        clusterName=cluster, capacityProviders=["FARGATE", "FARGATE_SPOT"]
    )
    cloud.client("logs").create_log_group(logGroupName=group)
    subnet = cloud.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    return Ecs(cloud=cloud, cluster=cluster, group=group, subnet=subnet)


@pytest.fixture(scope="session")
def batch(cloud: Cloud) -> Batch:
    """A job queue."""
    return make_batch(cloud, kind="FARGATE", max_vcpus=16)


def make_batch(cloud: Cloud, *, kind: str, max_vcpus: int) -> Batch:
    """Create a job queue with its own compute environment."""
    ec2 = cloud.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    groups = ec2.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [subnet["VpcId"]]}]
    )["SecurityGroups"]
    client = cloud.client("batch")
    environment = client.create_compute_environment(
        computeEnvironmentName=unique("environment"),
        type="MANAGED",
        state="ENABLED",
        computeResources={
            "type": kind,
            "maxvCpus": max_vcpus,
            "subnets": [subnet["SubnetId"]],
            "securityGroupIds": [groups[0]["GroupId"]],
            **({} if kind.startswith("FARGATE") else _instances(cloud)),
        },
    )["computeEnvironmentArn"]
    queue = client.create_job_queue(
        jobQueueName=unique("job-queue"),
        state="ENABLED",
        priority=1,
        computeEnvironmentOrder=[{"order": 1, "computeEnvironment": environment}],
    )["jobQueueArn"]
    return Batch(cloud=cloud, queue=queue, environment=environment)


def _instances(cloud: Cloud) -> dict[str, object]:
    profile = cloud.client("iam").create_instance_profile(InstanceProfileName=unique("profile"))
    return {
        "instanceRole": profile["InstanceProfile"]["Arn"],
        "instanceTypes": ["m6i.large"],
        "minvCpus": 0,
    }


@pytest.fixture(scope="session")
def ecs_events(cloud: Cloud) -> Events:
    """The events of ECS."""
    return events(cloud, "aws.ecs")


@pytest.fixture(scope="session")
def batch_events(cloud: Cloud) -> Events:
    """The events of Batch."""
    return events(cloud, "aws.batch")


@pytest.fixture(scope="session")
def training(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Training:
    """A bucket for training jobs."""
    bucket = unique("training")
    cloud.client("s3").create_bucket(Bucket=bucket)
    return Training(
        cloud=cloud,
        bucket=bucket,
        scripts=tmp_path_factory.mktemp("scripts"),
        role=cloud.role(EVERYTHING, services=["sagemaker"]),
    )


@pytest.fixture(scope="session")
def training_events(cloud: Cloud) -> Events:
    """The events of SageMaker."""
    return events(cloud, "aws.sagemaker")
