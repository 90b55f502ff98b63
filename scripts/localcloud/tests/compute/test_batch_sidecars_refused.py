"""What Batch refuses in jobs of several containers."""

from typing import Any

import pytest
from cloud import Cloud, error_code, unique

from compute.resources import Batch, size
from compute.several import after, container, helper, override, register
from compute.test_roles import allow
from compute.test_volumes import point


@pytest.mark.parametrize(
    ("containers", "said"),
    [
        ([], "containers must be 1 to 10, not 0"),
        ([container(["true"], f"c{n}") for n in range(11)], "1 to 10, not 11"),
        ([container(["true"]), container(["true"])], "a name of its own"),
        ([helper("true")], "at least one container must be essential"),
        ([container(["true"], dependsOn=after("START"))], "there is no such container"),
        (
            [container(["true"], dependsOn=after("HEALTHY")), helper("true")],
            "HEALTHY is not a condition",
        ),
        (
            [container(["true"], dependsOn=after("SUCCESS")), helper("true", essential=True)],
            "SUCCESS requires a container that is not essential",
        ),
        (
            [container(["true"], ulimits=[{"name": "nofile", "softLimit": 1, "hardLimit": 1}])],
            "ulimits is not applicable for Fargate",
        ),
        (
            [container(["true"]), helper("true", resourceRequirements=size("0.5", "512"))],
            r"\(1.00 vCPU, 1536 MiB\) not valid",
        ),
        (
            [container(["true"]), helper("true", resourceRequirements=size("0.5", "1")[:1])],
            "Memory is not provided",
        ),
        (
            [container(["true"], secrets=[{"name": "A", "valueFrom": "arn:aws:ssm:x"}])],
            "executionRoleArn is required",
        ),
        ([container(["true"], mountPoints=point())], "Unknown volume 'films'"),
    ],
)
def test_definitions(batch: Batch, containers: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(batch.client.exceptions.ClientException, match=said):
        register(batch, *containers)


def test_overrides_of_the_other_form(batch: Batch) -> None:
    one = batch.definition(["true"])
    several = register(batch, container(["true"]), helper("true"))["jobDefinitionArn"]
    refused = batch.client.exceptions.ClientException
    with pytest.raises(refused, match="ecsPropertiesOverride requires a job definition with ecs"):
        batch.submit(one, ecsPropertiesOverride=override("app"))
    with pytest.raises(refused, match="containerOverrides requires a job definition with con"):
        batch.submit(several, containerOverrides={"command": ["true"]})
    with pytest.raises(refused, match="has no container nobody"):
        batch.submit(several, ecsPropertiesOverride=override("nobody"))


def test_an_override_to_a_size_that_fargate_has_not(batch: Batch) -> None:
    several = register(batch, container(["true"]), helper("true"))["jobDefinitionArn"]
    more = override("app", resourceRequirements=size("0.75", "1024"))
    with pytest.raises(batch.client.exceptions.ClientException, match=r"1.25 vCPU, 2048 MiB"):
        batch.submit(several, ecsPropertiesOverride=more)


def test_registering_passes_the_roles(cloud: Cloud) -> None:
    roles = {"taskRoleArn": cloud.role(), "executionRoleArn": cloud.role()}
    caller = cloud.role(allow("batch:RegisterJobDefinition"))
    client = cloud.acting_as(caller)("batch")
    request = {
        "jobDefinitionName": unique("several"),
        "type": "container",
        "ecsProperties": {"taskProperties": [{"containers": [container(["true"])], **roles}]},
    }
    assert error_code(client.register_job_definition, **request) == "AccessDeniedException"
    passing = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    first, second = roles.values()
    may = allow("batch:RegisterJobDefinition"), allow("iam:PassRole", [first], **passing)
    cloud.allow(caller, *may)
    assert error_code(client.register_job_definition, **request) == "AccessDeniedException"
    cloud.allow(caller, *may, allow("iam:PassRole", [second], **passing))
    assert error_code(client.register_job_definition, **request) is None
