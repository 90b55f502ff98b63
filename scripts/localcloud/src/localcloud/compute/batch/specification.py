"""A job's container, from its definition and the overrides of SubmitJob."""

import re
from collections.abc import Callable, Mapping

from localcloud.compute import secrets, volumes
from localcloud.compute.batch.jobs import Job
from localcloud.compute.cloud import Document, pairs
from localcloud.compute.containers import ContainerSpec
from localcloud.compute.logs import LogStream

# Batch creates this group itself; any other must exist, or the execution role must be allowed to
# create it.
DEFAULT_LOG_GROUP = "/aws/batch/job"
_REFERENCE = re.compile(r"Ref::([A-Za-z0-9_-]+)")


def container_of(definition: Document, request: Document) -> Document:
    """Return the job's `container`: the definition's properties with SubmitJob's overrides."""
    overrides = request.get("containerOverrides") or {}
    container: Document = {
        "volumes": [],
        "environment": [],
        "mountPoints": [],
        "ulimits": [],
        "networkInterfaces": [],
        "resourceRequirements": [],
        "secrets": [],
        **definition["containerProperties"],
    }
    parameters = (definition.get("parameters") or {}) | (request.get("parameters") or {})
    command = overrides.get("command") or container.get("command") or []
    container["command"] = [_REFERENCE.sub(_substitute(parameters), word) for word in command]
    environment = pairs(container["environment"]) | pairs(overrides.get("environment"))
    container["environment"] = [{"name": k, "value": v} for k, v in environment.items()]
    needed = requirements(container) | requirements(overrides)
    container["resourceRequirements"] = [{"type": k, "value": v} for k, v in needed.items()]
    return container


def container_spec(job: Job, attempt: int) -> ContainerSpec:
    """Return the container spec of an attempt: SecretError or VolumeError if it cannot start."""
    document = job.describe()
    container = document["container"]
    memory = requirements(container).get("MEMORY")
    return ContainerSpec(
        image=container["image"],
        command=container["command"] or None,
        environment={
            **job.place.container_environment(container.get("jobRoleArn"), job.id),
            "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE" if job.fargate else "AWS_ECS_EC2",
            **pairs(container["environment"]),
            **secrets.environment(job.place, container["secrets"], execution_role(job)),
            "AWS_BATCH_JOB_ID": job.id,
            "AWS_BATCH_JOB_ATTEMPT": str(attempt),
            "AWS_BATCH_JQ_NAME": job.queue["jobQueueName"],
            "AWS_BATCH_CE_NAME": _compute_environment(job.queue),
        },
        memory_mib=int(memory) if memory else None,
        init=bool((container.get("linuxParameters") or {}).get("initProcessEnabled")),
        mounts=volumes.mounts(
            job.place, container, container["volumes"], container.get("jobRoleArn") or None
        ),
        labels={"localcloud.batch.job": job.arn},
    )


def execution_role(job: Job) -> str | None:
    """Return the role that ECS itself uses for the job."""
    return job.describe()["container"].get("executionRoleArn") or None


def vcpus(job: Job) -> float:
    """Return the vCPUs that the job reserves."""
    return float(requirements(job.describe()["container"]).get("VCPU", 1))


def log_stream(job: Job, task_id: str) -> LogStream:
    """Return an attempt's log stream: in the definition's group, else in Batch's own."""
    document = job.describe()
    configured = document["container"].get("logConfiguration") or {}
    options = configured.get("options") or {}
    definition = document["jobDefinition"].rpartition("/")[2].partition(":")[0]
    return LogStream(
        group=options.get("awslogs-group") or DEFAULT_LOG_GROUP,
        name=f"{options.get('awslogs-stream-prefix') or definition}/default/{task_id}",
        create_group=options.get("awslogs-create-group") == "true",
    )


def requirements(container: Document) -> dict[str, str]:
    """Return resource requirements by type, including the older fields vcpus and memory."""
    older = {"VCPU": container.get("vcpus"), "MEMORY": container.get("memory")}
    listed = {item["type"]: item["value"] for item in container.get("resourceRequirements") or []}
    return {name: str(value) for name, value in older.items() if value} | listed


def _substitute(parameters: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    return lambda found: parameters.get(found[1], found[0])


def _compute_environment(queue: Document) -> str:
    order = sorted(queue["computeEnvironmentOrder"], key=lambda item: item["order"])
    return str(order[0]["computeEnvironment"]).rpartition("/")[2]
