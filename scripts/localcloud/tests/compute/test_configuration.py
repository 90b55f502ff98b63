"""What Terraform configures is kept unchanged, and can be updated and deleted."""

import base64

import pytest
from cloud import Cloud, error_code, unique

from compute.conftest import make_batch
from compute.resources import Batch, size


@pytest.fixture
def own(cloud: Cloud) -> Batch:
    """A queue and an environment that no other test uses."""
    return make_batch(cloud, kind="FARGATE", max_vcpus=4)


class TestComputeEnvironments:
    def test_without_a_role_batchs_own_is_used(self, own: Batch) -> None:
        (described,) = own.client.describe_compute_environments(
            computeEnvironments=[own.environment]
        )["computeEnvironments"]
        assert described["serviceRole"] == (
            "arn:aws:iam::000000000000:role/aws-service-role/batch.amazonaws.com/"
            "AWSServiceRoleForBatch"
        )
        assert (described["status"], described["state"]) == ("VALID", "ENABLED")

    def test_a_role_must_exist(self, cloud: Cloud) -> None:
        iam, client, name = cloud.client("iam"), cloud.client("batch"), unique("role")
        arguments = {
            "computeEnvironmentName": unique("environment"),
            "type": "UNMANAGED",
            "serviceRole": f"arn:aws:iam::000000000000:role/{name}",
        }
        code = error_code(client.create_compute_environment, **arguments)
        assert code == "InvalidParameterValue"
        iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
        assert error_code(client.create_compute_environment, **arguments) is None

    def test_an_instance_profile_must_exist(self, cloud: Cloud) -> None:
        # make_batch creates one.
        assert make_batch(cloud, kind="EC2", max_vcpus=1).environment
        resources = {
            "type": "EC2",
            "minvCpus": 0,
            "maxvCpus": 1,
            "instanceTypes": ["optimal"],
            "instanceRole": "arn:aws:iam::000000000000:instance-profile/gone",
            "subnets": [],
            "securityGroupIds": [],
        }
        code = error_code(
            cloud.client("batch").create_compute_environment,
            computeEnvironmentName=unique("environment"),
            type="MANAGED",
            computeResources=resources,
        )
        assert code == "InvalidParameterValue"

    def test_its_size_can_be_changed(self, own: Batch) -> None:
        own.client.update_compute_environment(
            computeEnvironment=own.environment, computeResources={"maxvCpus": 8}
        )
        (described,) = own.client.describe_compute_environments(
            computeEnvironments=[own.environment]
        )["computeEnvironments"]
        assert described["computeResources"]["maxvCpus"] == 8
        assert described["computeResources"]["type"] == "FARGATE"


def test_a_queues_time_limits_are_kept(own: Batch) -> None:
    limits = [
        {
            "action": "CANCEL",
            "maxTimeSeconds": 600,
            "reason": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
            "state": "RUNNABLE",
        }
    ]

    def described() -> object:
        answer = own.client.describe_job_queues(jobQueues=[own.queue])
        return answer["jobQueues"][0]["jobStateTimeLimitActions"]

    assert described() == []
    own.client.update_job_queue(jobQueue=own.queue, jobStateTimeLimitActions=limits)
    assert described() == limits
    own.client.update_job_queue(jobQueue=own.queue, priority=2)
    assert described() == limits
    made = own.client.create_job_queue(
        jobQueueName=unique("job-queue"),
        priority=1,
        state="ENABLED",
        computeEnvironmentOrder=[{"order": 1, "computeEnvironment": own.environment}],
        jobStateTimeLimitActions=limits,
    )
    answer = own.client.describe_job_queues(jobQueues=[made["jobQueueArn"]])
    assert answer["jobQueues"][0]["jobStateTimeLimitActions"] == limits


def test_a_revision_is_what_was_requested(batch: Batch) -> None:
    name = unique("definition")
    container = {"image": "busybox", "resourceRequirements": size("0.25", "512")}
    for more in (
        {
            "platformCapabilities": ["FARGATE"],
            "propagateTags": True,
            "parameters": {"a": "1"},
            "retryStrategy": {"attempts": 3},
        },
        {},
    ):
        batch.client.register_job_definition(
            jobDefinitionName=name, type="container", containerProperties=container, **more
        )
    first, second = sorted(
        batch.client.describe_job_definitions(jobDefinitionName=name)["jobDefinitions"],
        key=lambda item: item["revision"],
    )
    assert first["platformCapabilities"] == ["FARGATE"]
    assert first["propagateTags"] is True
    assert first["retryStrategy"] == {"attempts": 3}
    assert second["platformCapabilities"] == ["EC2"]
    assert second["propagateTags"] is False
    assert second["parameters"] == {}
    assert "retryStrategy" not in second


class TestEcr:
    def test_scanning_can_be_turned_off(self, cloud: Cloud) -> None:
        client, name = cloud.client("ecr"), unique("repository")
        client.create_repository(
            repositoryName=name, imageScanningConfiguration={"scanOnPush": True}
        )
        client.put_image_scanning_configuration(repositoryName=name, imageScanningConfiguration={})
        (described,) = client.describe_repositories(repositoryNames=[name])["repositories"]
        assert described["imageScanningConfiguration"] == {"scanOnPush": False}

    def test_tags_lifecycle_and_login(self, cloud: Cloud) -> None:
        client, name = cloud.client("ecr"), unique("repository")
        client.create_repository(repositoryName=name, imageTagMutability="IMMUTABLE")
        rule = (
            '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":'
            '"imageCountMoreThan","countNumber":3},"action":{"type":"expire"}}]}'
        )
        client.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=rule)
        assert client.get_lifecycle_policy(repositoryName=name)["lifecyclePolicyText"] == rule
        (described,) = client.describe_repositories(repositoryNames=[name])["repositories"]
        assert described["imageTagMutability"] == "IMMUTABLE"
        (data,) = client.get_authorization_token()["authorizationData"]
        assert base64.b64decode(data["authorizationToken"]).startswith(b"AWS:")
