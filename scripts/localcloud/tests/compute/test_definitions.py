"""Definitions that AWS refuses for Fargate, or off it."""

from typing import Any

import pytest

from compute.resources import STOCK, Batch, Ecs, size

GPU = {"type": "GPU", "value": "1"}


@pytest.mark.parametrize(
    ("container", "name"),
    [
        ({"resourceRequirements": [GPU]}, "GPU"),
        ({"linuxParameters": {"sharedMemorySize": 64}}, "sharedMemorySize"),
        ({"linuxParameters": {"maxSwap": 64, "swappiness": 0}}, "maxSwap"),
        ({"linuxParameters": {"devices": [{"hostPath": "/dev/fuse"}]}}, "devices"),
    ],
)
def test_task_definitions(ecs: Ecs, container: Any, name: str) -> None:
    with pytest.raises(ecs.client.exceptions.ClientException, match=name):
        ecs.definition(ecs.container(["true"], **container))
    ecs.client.register_task_definition(
        family="on-instances",
        requiresCompatibilities=["EC2"],
        networkMode="awsvpc",
        containerDefinitions=[ecs.container(["true"], memory=64, **container)],
    )
    ecs.definition(ecs.container(["true"], linuxParameters={"initProcessEnabled": True}))


@pytest.mark.parametrize(
    ("container", "name"),
    [
        ({"resourceRequirements": [*size("0.25", "512"), GPU]}, "GPU"),
        ({"linuxParameters": {"sharedMemorySize": 64}}, "sharedMemorySize"),
        ({"ulimits": [{"name": "nofile", "softLimit": 1, "hardLimit": 1}]}, "ulimits"),
    ],
)
def test_job_definitions(batch: Batch, container: Any, name: str) -> None:
    with pytest.raises(batch.client.exceptions.ClientException, match=name):
        batch.definition(["true"], container=container)
    properties = {"image": STOCK, "resourceRequirements": size("1", "512"), **container}
    on_instances = {"jobDefinitionName": "on-instances", "type": "container"}
    batch.client.register_job_definition(**on_instances, containerProperties=properties)
    network = {"networkConfiguration": {"assignPublicIp": "ENABLED"}}
    batch.definition(["true"], container=network)
    with pytest.raises(batch.client.exceptions.ClientException, match="networkConfiguration"):
        batch.client.register_job_definition(
            **on_instances, containerProperties={**properties, **network}
        )
