"""A job's containers, from its definition and the overrides of SubmitJob."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.compute import secrets, volumes
from localcloud.compute.batch.jobs import Job
from localcloud.compute.cloud import Document, pairs
from localcloud.compute.containers import ContainerSpec
from localcloud.compute.logs import LogStream

# Batch creates this group itself; any other must exist, or the execution role must be allowed to
# create it.
DEFAULT_LOG_GROUP = "/aws/batch/job"
# What Batch calls the container of a definition that has only one.
ONLY_CONTAINER = "default"
_REFERENCE = re.compile(r"Ref::([A-Za-z0-9_-]+)")
_EMPTY_LISTS = ("environment", "mountPoints", "resourceRequirements", "secrets", "ulimits")

type Substitution = Callable[[re.Match[str]], str]


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a job runs, whichever of Batch's two forms its definition has."""

    containers: list[Document]
    volumes: list[Document]
    role: str | None
    execution_role: str | None


def parts_of(document: Document) -> Parts:
    """Return the parts of a job as DescribeJobs shows it."""
    if properties := document.get("ecsProperties"):
        (task,) = properties["taskProperties"]
        return Parts(
            containers=task["containers"],
            volumes=task["volumes"],
            role=task.get("taskRoleArn") or None,
            execution_role=task.get("executionRoleArn") or None,
        )
    container = document["container"]
    return Parts(
        containers=[{**container, "name": ONLY_CONTAINER}],
        volumes=container["volumes"],
        role=container.get("jobRoleArn") or None,
        execution_role=container.get("executionRoleArn") or None,
    )


def described(definition: Document, request: Document) -> Document:
    """Return the definition's properties with SubmitJob's overrides, as a part of the job."""
    parameters = (definition.get("parameters") or {}) | (request.get("parameters") or {})
    substitute = _substitute(parameters)
    if "ecsProperties" not in definition:
        overrides = request.get("containerOverrides") or {}
        container: Document = {
            "volumes": [],
            "networkInterfaces": [],
            **definition["containerProperties"],
        }
        return {"container": container | _overridden(container, overrides, substitute)}
    (task,) = definition["ecsProperties"]["taskProperties"]
    by_name = {item["name"]: item for item in overrides_by_container(request)}
    containers = [
        {**item, **_overridden(item, by_name.get(item["name"], {}), substitute)}
        for item in task["containers"]
    ]
    whole = {"volumes": [], **task, "containers": containers}
    # The object of the other form is there, and empty.
    return {"container": {}, "ecsProperties": {"taskProperties": [whole]}}


def overrides_by_container(request: Document) -> list[Document]:
    """Return SubmitJob's overrides for a definition that can have several containers."""
    tasks = (request.get("ecsPropertiesOverride") or {}).get("taskProperties") or []
    return [item for task in tasks for item in task.get("containers") or []]


def _overridden(container: Document, overrides: Document, substitute: Substitution) -> Document:
    command = overrides.get("command") or container.get("command") or []
    environment = pairs(container.get("environment")) | pairs(overrides.get("environment"))
    needed = requirements(container) | requirements(overrides)
    return {
        **{name: container.get(name) or [] for name in _EMPTY_LISTS},
        "command": [_REFERENCE.sub(substitute, word) for word in command],
        "environment": [{"name": k, "value": v} for k, v in environment.items()],
        "resourceRequirements": [{"type": k, "value": v} for k, v in needed.items()],
    }


def container_spec(job: Job, attempt: int, parts: Parts, container: Document) -> ContainerSpec:
    """Return a container's spec for an attempt: SecretError or VolumeError if it cannot start."""
    memory = requirements(container).get("MEMORY")
    return ContainerSpec(
        image=container["image"],
        command=container["command"] or None,
        environment={
            **job.place.container_environment(parts.role, job.id),
            "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE" if job.fargate else "AWS_ECS_EC2",
            **pairs(container["environment"]),
            **secrets.environment(job.place, container["secrets"], parts.execution_role),
            "AWS_BATCH_JOB_ID": job.id,
            "AWS_BATCH_JOB_ATTEMPT": str(attempt),
            "AWS_BATCH_JQ_NAME": job.queue["jobQueueName"],
            "AWS_BATCH_CE_NAME": _compute_environment(job.queue),
        },
        memory_mib=int(memory) if memory else None,
        init=bool((container.get("linuxParameters") or {}).get("initProcessEnabled")),
        mounts=volumes.mounts(job.place, container, parts.volumes, parts.role),
        labels={"localcloud.batch.job": job.arn},
    )


def vcpus(job: Job) -> float:
    """Return the vCPUs that the job reserves."""
    containers = parts_of(job.describe()).containers
    return sum(float(requirements(item).get("VCPU", 1)) for item in containers)


def log_stream(document: Document, container: Document, task_id: str) -> LogStream:
    """Return a container's log stream: in the definition's group, else in Batch's own."""
    configured = container.get("logConfiguration") or {}
    options: Mapping[str, Any] = configured.get("options") or {}
    definition = document["jobDefinition"].rpartition("/")[2].partition(":")[0]
    prefix = options.get("awslogs-stream-prefix") or definition
    return LogStream(
        group=options.get("awslogs-group") or DEFAULT_LOG_GROUP,
        name=f"{prefix}/{container['name']}/{task_id}",
        create_group=options.get("awslogs-create-group") == "true",
    )


def requirements(container: Document) -> dict[str, str]:
    """Return resource requirements by type, including the older fields vcpus and memory."""
    older = {"VCPU": container.get("vcpus"), "MEMORY": container.get("memory")}
    listed = {item["type"]: item["value"] for item in container.get("resourceRequirements") or []}
    return {name: str(value) for name, value in older.items() if value} | listed


def _substitute(parameters: Mapping[str, str]) -> Substitution:
    return lambda found: parameters.get(found[1], found[0])


def _compute_environment(queue: Document) -> str:
    order = sorted(queue["computeEnvironmentOrder"], key=lambda item: item["order"])
    return str(order[0]["computeEnvironment"]).rpartition("/")[2]
