"""Fargate's sizes: other pairs of CPU and memory are refused, in tasks and in jobs."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloud import Cloud, unique

from compute.resources import STOCK, Batch, Ecs, size
from localcloud.compute.fargate import offers

CONTAINERS = [{"name": "app", "image": STOCK, "command": ["true"]}]


def refusal(call: Any, **arguments: Any) -> tuple[str, str]:
    """Return the code and the message of the call's error."""
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize(
    ("cpu", "fitting", "unfitting"),
    [
        (256, (512, 1024, 2048), (256, 1536, 3072)),
        (512, (1024, 4096), (512, 5120)),
        (1024, (2048, 8192), (1024, 2049, 9216)),
        (2048, (4096, 16384), (3072, 17408)),
        (4096, (8192, 30720), (7168, 31744)),
        (8192, (16384, 20480, 61440), (17408, 65536)),
        (16384, (32768, 40960, 122880), (36864, 131072)),
        (128, (), (512,)),
        (32768, (), (65536, 122880)),
        (256.5, (), (512,)),
    ],
)
def test_the_sizes_that_aws_documents(
    cpu: float, fitting: tuple[int, ...], unfitting: tuple[int, ...]
) -> None:
    assert all(offers(cpu, memory) for memory in fitting)
    assert not any(offers(cpu, memory) for memory in unfitting)


def definition(**given: str) -> dict[str, Any]:
    """Return arguments for RegisterTaskDefinition."""
    return {
        "family": unique("sized"),
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "containerDefinitions": CONTAINERS,
        **given,
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"cpu": "1024", "memory": "1024"},
            "No Fargate configuration exists for given values: 1024 CPU, 1024 memory. See the "
            "Amazon ECS documentation for the valid values.",
        ),
        (
            {"cpu": "0.3 vCPU", "memory": "1GB"},
            "No Fargate configuration exists for given values: 307 CPU, 1024 memory. See the "
            "Amazon ECS documentation for the valid values.",
        ),
        ({"memory": "512"}, "Fargate requires that 'cpu' be defined at the task level."),
        ({"cpu": "256"}, "Fargate requires that 'memory' be defined at the task level."),
        ({"cpu": "much", "memory": "512"}, "Invalid 'cpu' setting for task."),
        ({"cpu": "256", "memory": "512 MB"}, "Invalid 'memory' setting for task."),
    ],
)
def test_a_task_definition_of_another_size_is_refused(
    ecs: Ecs, given: dict[str, str], message: str
) -> None:
    told = refusal(ecs.client.register_task_definition, **definition(**given))
    assert told == ("ClientException", message)


@pytest.mark.parametrize("given", [("1 vCPU", "2 GB"), ("1vcpu", "2gb"), ("1024", "2048")])
def test_units_are_converted(ecs: Ecs, given: tuple[str, str]) -> None:
    cpu, memory = given
    made = ecs.client.register_task_definition(**definition(cpu=cpu, memory=memory))
    assert (made["taskDefinition"]["cpu"], made["taskDefinition"]["memory"]) == ("1024", "2048")


def test_a_definition_for_instances_may_have_any_size(cloud: Cloud) -> None:
    arguments = definition(cpu="100", memory="100") | {"requiresCompatibilities": ["EC2"]}
    assert cloud.client("ecs").register_task_definition(**arguments)


@pytest.mark.parametrize("overrides", [{"cpu": "512"}, {"memory": "4096"}, {"memory": "4 GB"}])
def test_run_task_refuses_overrides_to_another_size(ecs: Ecs, overrides: dict[str, str]) -> None:
    arguments = ecs.arguments(ecs.definition(ecs.container(["true"])), overrides=overrides)
    code, message = refusal(ecs.client.run_task, **arguments)
    assert code == "ClientException"
    assert message.startswith("No Fargate configuration exists for given values: ")


def job(cpu: str, memory: str, **more: Any) -> dict[str, Any]:
    """Return arguments for RegisterJobDefinition."""
    return {
        "jobDefinitionName": unique("sized"),
        "type": "container",
        "platformCapabilities": ["FARGATE"],
        "containerProperties": {"image": STOCK, "resourceRequirements": size(cpu, memory), **more},
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (job("1", "4000"), "Fargate resource requirements (1.00 vCPU, 4000 MiB) not valid."),
        (job("0.3", "512"), "Fargate resource requirements (0.30 vCPU, 512 MiB) not valid."),
        (
            job("1", "2048", vcpus=1),
            "vcpus is not applicable for Fargate. Use resource requirements instead.",
        ),
    ],
)
def test_a_job_definition_of_another_size_is_refused(
    batch: Batch, arguments: dict[str, Any], message: str
) -> None:
    code, told = refusal(batch.client.register_job_definition, **arguments)
    assert code == "ClientException"
    assert told.startswith(f"Error executing request, Exception : {message}, RequestId: ")


def test_a_job_definition_without_a_cpu_is_refused(batch: Batch) -> None:
    arguments = job("1", "2048")
    del arguments["containerProperties"]["resourceRequirements"][0]
    _, told = refusal(batch.client.register_job_definition, **arguments)
    assert "vCPU is not provided." in told


def test_submit_job_refuses_overrides_to_another_size(batch: Batch) -> None:
    overrides = {"resourceRequirements": [{"type": "MEMORY", "value": "4096"}]}
    told = refusal(
        batch.client.submit_job,
        jobName="sized",
        jobQueue=batch.queue,
        jobDefinition=batch.definition(["true"]),
        containerOverrides=overrides,
    )
    assert told == (
        "ClientException",
        "Fargate resource requirements (0.25 vCPU, 4096 MiB) not valid.",
    )
    overrides["resourceRequirements"].append({"type": "VCPU", "value": "2"})
    batch.submit(batch.definition(["true"]), containerOverrides=overrides)


def test_a_job_definition_for_instances_may_have_any_size(batch: Batch) -> None:
    assert batch.client.register_job_definition(
        **job("1", "100") | {"platformCapabilities": ["EC2"]}
    )
