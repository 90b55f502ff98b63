"""The implementations that must keep each contract."""

import io
import json
import zipfile

import boto3
import pytest
from moto import mock_aws
from tests.contract.table import create_table

from activity_dispatch.aws.clients import Clients
from activity_dispatch.backends import registry
from activity_dispatch.store.dynamodb.pools import DynamoPools
from activity_dispatch.store.dynamodb.rates import DynamoRates
from activity_dispatch.store.dynamodb.slots import DynamoSlots
from activity_dispatch.store.dynamodb.task_table import DynamoTaskTable
from activity_dispatch.store.payloads import PayloadStore
from activity_dispatch.testing import (
    FakeBackend,
    InMemoryPools,
    InMemoryRates,
    InMemorySlots,
    InMemoryTaskTable,
)


@pytest.fixture
def aws(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    # By default, moto runs functions and Batch jobs in Docker; the contract only needs their start.
    with mock_aws(config={"lambda": {"use_docker": False}, "batch": {"use_docker": False}}):
        yield


@pytest.fixture(params=["memory", "dynamodb"])
def table(request, aws):
    if request.param == "memory":
        return InMemoryTaskTable(slots=InMemorySlots(), pools=InMemoryPools())
    boto3.client("s3").create_bucket(Bucket="payloads")
    payloads = PayloadStore(client=lambda: boto3.client("s3"), bucket="payloads")
    client = boto3.client("dynamodb")
    create_table(client, "tasks")
    return DynamoTaskTable(client=client, name="tasks", payloads=payloads)


@pytest.fixture
def store(table):
    """The slots in the table."""
    if isinstance(table, InMemoryTaskTable):
        return table.slots
    return DynamoSlots(client=table.client, table=table.name)


@pytest.fixture
def pools(table):
    """The pools in the table."""
    if isinstance(table, InMemoryTaskTable):
        return table.pools
    return DynamoPools(client=table.client, table=table.name)


@pytest.fixture
def rates(table):
    """The rates in the table."""
    if isinstance(table, InMemoryTaskTable):
        return InMemoryRates()
    return DynamoRates(client=table.client, table=table.name)


def _lambda_config() -> dict:
    role = boto3.client("iam").create_role(RoleName="f", AssumeRolePolicyDocument=json.dumps({}))
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("handler.py", "def handle(event, context): return None")
    function = boto3.client("lambda").create_function(
        FunctionName="process",
        Runtime="python3.13",
        Handler="handler.handle",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": code.getvalue()},
    )
    return {"function_arn": function["FunctionArn"]}


def _ecs_config() -> dict:
    subnet = boto3.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    ecs = boto3.client("ecs")
    ecs.create_cluster(clusterName="cluster")
    ecs.register_task_definition(
        family="job",
        containerDefinitions=[{"name": "job", "image": "image", "memory": 512}],
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
    )
    return {
        "cluster": "cluster",
        "task_definition": "job",
        "container": "job",
        "capacity": [{"provider": "FARGATE", "weight": 1, "base": 0}],
        "subnets": [subnet],
        "security_groups": [],
    }


def _batch_config() -> dict:
    batch = boto3.client("batch")
    role = boto3.client("iam").create_role(RoleName="batch", AssumeRolePolicyDocument=json.dumps({}))
    environment = batch.create_compute_environment(
        computeEnvironmentName="environment",
        type="UNMANAGED",
        state="ENABLED",
        serviceRole=role["Role"]["Arn"],
    )["computeEnvironmentArn"]
    queue = batch.create_job_queue(
        jobQueueName="queue",
        state="ENABLED",
        priority=1,
        computeEnvironmentOrder=[{"order": 1, "computeEnvironment": environment}],
    )["jobQueueArn"]
    definition = batch.register_job_definition(
        jobDefinitionName="job",
        type="container",
        containerProperties={"image": "image", "vcpus": 1, "memory": 512, "command": ["true"]},
    )["jobDefinitionArn"]
    return {"job_queue": queue, "job_definition": definition, "log_group": "/jobs"}


def _batch_with_sidecars_config() -> dict:
    return {**_batch_config(), "container": "job", "sidecars": {"cpu": 0.25, "memory_mb": 512}}


def _sagemaker_config() -> dict:
    # SageMaker needs no existing resources.
    algorithm = {"TrainingImage": "image", "TrainingInputMode": "File"}
    return {
        "checkpoint_s3_uri": "s3://bucket/checkpoints",
        "request": {
            "AlgorithmSpecification": algorithm,
            "RoleArn": "arn:aws:iam::123456789012:role/training",
            "OutputDataConfig": {"S3OutputPath": "s3://bucket/models/"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        },
    }


# Creates what each backend needs before it can start a job; a backend without an entry fails the suite.
# Behind a colon: another form of its configuration.
CONFIGS = {
    "lambda": _lambda_config,
    "ecs": _ecs_config,
    "batch": _batch_config,
    "batch: sidecars": _batch_with_sidecars_config,
    "sagemaker": _sagemaker_config,
}


@pytest.fixture(params=["fake", *dict.fromkeys([*registry.names(), *CONFIGS])])
def backend(request, aws):
    if request.param == "fake":
        return FakeBackend()
    name = request.param.partition(":")[0]
    return registry.create(name, CONFIGS[request.param](), Clients(threads=2))
