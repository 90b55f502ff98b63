"""Batch jobs of several containers, for tests."""

from typing import Any

from cloud import unique

from compute.resources import STOCK, Batch, sh, size


def container(command: list[str], name: str = "app", **more: Any) -> dict[str, Any]:
    """Return the definition of a container with half a vCPU."""
    resources = size("0.5", "1024")
    return {
        "name": name,
        "image": STOCK,
        "command": command,
        "resourceRequirements": resources,
        **more,
    }


def helper(script: str, **more: Any) -> dict[str, Any]:
    """Return the definition of a sidecar."""
    return container(sh(script), **{"name": "helper", "essential": False, **more})


def after(condition: str) -> list[dict[str, str]]:
    """Return dependsOn of the sidecar."""
    return [{"containerName": "helper", "condition": condition}]


def register(batch: Batch, *containers: dict[str, Any], **task: Any) -> dict[str, Any]:
    """Register a definition on Fargate; return it as it is then described."""
    more = task.pop("definition", {})
    arn = batch.client.register_job_definition(
        jobDefinitionName=unique("several"),
        type="container",
        platformCapabilities=["FARGATE"],
        ecsProperties={"taskProperties": [{"containers": list(containers), **task}]},
        **more,
    )["jobDefinitionArn"]
    described = batch.client.describe_job_definitions(jobDefinitions=[arn])["jobDefinitions"]
    assert len(described) == 1
    return dict(described[0])


def submit(batch: Batch, *containers: dict[str, Any], **more: Any) -> str:
    """Submit a job with a new definition; return its id."""
    definition = register(batch, *containers, **more.pop("task", {}))
    return batch.submit(definition["jobDefinitionArn"], **more)


def override(name: str, **more: Any) -> dict[str, Any]:
    """Return ecsPropertiesOverride for one container."""
    return {"taskProperties": [{"containers": [{"name": name, **more}]}]}


def parts(job: Any) -> dict[str, dict[str, Any]]:
    """Return the containers of a job by name."""
    (task,) = job["ecsProperties"]["taskProperties"]
    return {item["name"]: item for item in task["containers"]}


def codes(job: Any) -> dict[str, int | None]:
    """Return the exit codes of a job's containers by name."""
    return {name: item.get("exitCode") for name, item in parts(job).items()}
