"""Each fix of moto is still needed: moto without it differs from AWS.

A test that fails here is good news: its fix can go.
"""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from cloud import error_code
from moto import mock_aws
from moto.batch.models import BatchBackend
from moto.iam.models import IAMBackend

REGION = "us-east-1"
CONTAINER = {"image": "busybox", "vcpus": 1, "memory": 64}


@pytest.fixture(autouse=True)
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """moto alone, in this process."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    # LocalStack's moto enables fewer services than it has.
    with mock_aws(config={"core": {"service_whitelist": None}}):
        yield


@pytest.fixture
def batch() -> Any:
    """A client of moto's Batch."""
    return boto3.client("batch", REGION)


@pytest.fixture
def environment(batch: Any) -> str:
    """A Fargate environment."""
    subnet = boto3.client("ec2", REGION).describe_subnets()["Subnets"][0]
    groups = boto3.client("ec2", REGION).describe_security_groups()["SecurityGroups"]
    role = boto3.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument="{}")
    made = batch.create_compute_environment(
        computeEnvironmentName="environment",
        type="MANAGED",
        serviceRole=role["Role"]["Arn"],
        computeResources={
            "type": "FARGATE",
            "maxvCpus": 4,
            "subnets": [subnet["SubnetId"]],
            "securityGroupIds": [groups[0]["GroupId"]],
        },
    )
    return str(made["computeEnvironmentArn"])


def test_batch_looks_roles_up_in_motos_iam() -> None:
    backend = BatchBackend(REGION, "000000000000")
    assert isinstance(backend.iam_backend, IAMBackend)


def test_a_compute_environment_needs_a_role(batch: Any) -> None:
    code = error_code(
        batch.create_compute_environment, computeEnvironmentName="environment", type="UNMANAGED"
    )
    assert code == "ClientException"


def test_the_size_of_an_environment_cannot_be_changed(batch: Any, environment: str) -> None:
    batch.update_compute_environment(
        computeEnvironment=environment, computeResources={"maxvCpus": 8}
    )
    described = batch.describe_compute_environments()["computeEnvironments"]
    assert described[0]["computeResources"]["maxvCpus"] == 4


def test_a_queues_time_limits_are_dropped(batch: Any, environment: str) -> None:
    limit = {"action": "CANCEL", "maxTimeSeconds": 600, "reason": "x", "state": "RUNNABLE"}
    batch.create_job_queue(
        jobQueueName="queue",
        priority=1,
        state="ENABLED",
        computeEnvironmentOrder=[{"order": 1, "computeEnvironment": environment}],
        jobStateTimeLimitActions=[limit],
    )
    assert "jobStateTimeLimitActions" not in batch.describe_job_queues()["jobQueues"][0]


def test_a_revision_inherits_from_the_previous_one(batch: Any) -> None:
    common = {
        "jobDefinitionName": "name",
        "type": "container",
        "containerProperties": CONTAINER,
    }
    batch.register_job_definition(
        **common,
        platformCapabilities=["FARGATE"],
        propagateTags=True,
        parameters={"a": "1"},
        retryStrategy={"attempts": 3},
    )
    batch.register_job_definition(**common)
    described = batch.describe_job_definitions(jobDefinitionName="name")["jobDefinitions"]
    last = max(described, key=lambda item: item["revision"])
    assert last["platformCapabilities"] == ["FARGATE"]
    assert last["propagateTags"] is True
    assert last["parameters"] == {"a": "1"}
    assert last["retryStrategy"] == {"attempts": 3}


def test_a_definition_of_several_containers_is_refused(batch: Any) -> None:
    task = {"containers": [{"name": "app", "image": "busybox"}]}
    properties = {"ecsProperties": {"taskProperties": [task]}}
    given = {"jobDefinitionName": "name", "type": "container", **properties}
    assert error_code(batch.register_job_definition, **given) == "ClientException"


def test_scanning_cannot_be_turned_off() -> None:
    client = boto3.client("ecr", REGION)
    client.create_repository(
        repositoryName="images", imageScanningConfiguration={"scanOnPush": True}
    )
    client.put_image_scanning_configuration(repositoryName="images", imageScanningConfiguration={})
    described = client.describe_repositories()["repositories"][0]
    assert described["imageScanningConfiguration"] == {"scanOnPush": True}


def test_a_client_token_starts_two_tasks() -> None:
    client = boto3.client("ecs", REGION)
    client.create_cluster(clusterName="c")
    client.register_task_definition(
        family="f", containerDefinitions=[{"name": "app", "image": "busybox", "memory": 64}]
    )
    subnet = boto3.client("ec2", REGION).describe_subnets()["Subnets"][0]["SubnetId"]
    network = {"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": []}}
    arguments = {"cluster": "c", "taskDefinition": "f", "clientToken": "t"}
    arns = {
        client.run_task(**arguments, launchType="FARGATE", networkConfiguration=network)["tasks"][
            0
        ]["taskArn"]
        for _ in range(2)
    }
    assert len(arns) == 2


def test_fargate_has_every_size(batch: Any) -> None:
    ecs = boto3.client("ecs", REGION)
    common: Any = {"requiresCompatibilities": ["FARGATE"], "cpu": "1024", "memory": "1024"}
    containers: Any = [{"name": "app", "image": "busybox", "memory": 64}]
    assert ecs.register_task_definition(family="f", containerDefinitions=containers, **common)
    needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "4000"}]
    assert batch.register_job_definition(
        jobDefinitionName="sized",
        type="container",
        platformCapabilities=["FARGATE"],
        containerProperties={"image": "busybox", "resourceRequirements": needs},
    )


def test_a_cluster_with_a_service_is_deleted() -> None:
    client = boto3.client("ecs", REGION)
    client.create_cluster(clusterName="mine")
    containers: Any = [{"name": "app", "image": "busybox", "memory": 64}]
    client.register_task_definition(family="f", containerDefinitions=containers)
    client.create_service(cluster="mine", serviceName="web", taskDefinition="f", desiredCount=1)
    assert client.delete_cluster(cluster="mine")


def test_it_registers_what_fargate_does_not_have(batch: Any) -> None:
    ecs = boto3.client("ecs", REGION)
    container = {
        "name": "app",
        "image": "busybox",
        "secrets": [{"name": "A", "valueFrom": "b"}],
        "linuxParameters": {"sharedMemorySize": 64},
        "dependsOn": [{"containerName": "nobody", "condition": "SUCCESS"}],
        "mountPoints": [{"sourceVolume": "nothing", "containerPath": "/a"}],
    }
    ecs.register_task_definition(
        family="all",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[container],
    )
    limits = [{"name": "nofile", "softLimit": 1, "hardLimit": 1}]
    batch.register_job_definition(
        jobDefinitionName="all",
        type="container",
        platformCapabilities=["FARGATE"],
        containerProperties={**CONTAINER, "ulimits": limits},
    )


def test_it_opens_no_session_in_a_container() -> None:
    with pytest.raises(NotImplementedError):
        boto3.client("ecs", REGION).execute_command(command="sh", interactive=True, task="a")
