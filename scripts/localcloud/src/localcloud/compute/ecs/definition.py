"""A container of a task, from the task definition and the task's overrides."""

from collections.abc import Mapping, Sequence

from localcloud.compute.cloud import Document, pairs
from localcloud.compute.configuration import configuration
from localcloud.compute.containers import ContainerSpec, Mount
from localcloud.compute.ecs.tasks import Task
from localcloud.compute.logs import LogStream

METADATA_PATH = "/_localcloud/ecs/v4"


def override_for(task: Task, container: str) -> Document:
    """Return RunTask's overrides of a container."""
    overrides: list[Document] = task.describe()["overrides"].get("containerOverrides", [])
    return next((item for item in overrides if item["name"] == container), {})


def container_spec(
    task: Task, definition: Document, secrets: Mapping[str, str], mounts: Sequence[Mount]
) -> ContainerSpec:
    """Return the spec of the container to start, with its secrets and its volumes."""
    override = override_for(task, definition["name"])
    place = task.place
    # The last segment names one container of one task, as in ECS.
    metadata = f"{configuration().endpoint}{METADATA_PATH}/{task.id}-{definition['name']}"
    return ContainerSpec(
        image=definition["image"],
        entrypoint=definition.get("entryPoint") or None,
        command=override.get("command") or definition.get("command") or None,
        environment={
            **place.container_environment(task_role(task), task.id),
            "AWS_EXECUTION_ENV": f"AWS_ECS_{task.describe()['launchType']}",
            "ECS_CONTAINER_METADATA_URI_V4": metadata,
            **pairs(definition.get("environment")),
            **pairs(override.get("environment")),
            **secrets,
        },
        working_directory=definition.get("workingDirectory"),
        memory_mib=_memory(task, definition, override),
        init=bool((definition.get("linuxParameters") or {}).get("initProcessEnabled")),
        mounts=mounts,
        labels={"localcloud.ecs.task": task.arn},
    )


def _role(task: Task, kind: str) -> str | None:
    overridden = task.describe()["overrides"].get(kind)
    return overridden or task.definition.get(kind) or None


def task_role(task: Task) -> str | None:
    """Return the role of the containers."""
    return _role(task, "taskRoleArn")


def execution_role(task: Task) -> str | None:
    """Return the role that ECS itself uses for the task."""
    return _role(task, "executionRoleArn")


def log_stream(task: Task, definition: Document) -> LogStream | None:
    """Return the stream of a container's output; None if its log driver is not awslogs."""
    configured = definition.get("logConfiguration") or {}
    if configured.get("logDriver") != "awslogs":
        return None
    options = configured.get("options") or {}
    name = f"{definition['name']}/{task.id}"
    prefix = options.get("awslogs-stream-prefix")
    return LogStream(
        group=options["awslogs-group"],
        name=f"{prefix}/{name}" if prefix else name,
        create_group=options.get("awslogs-create-group") == "true",
    )


def _memory(task: Task, definition: Document, override: Document) -> int | None:
    own = override.get("memory") or definition.get("memory")
    whole = task.describe().get("memory")
    return int(own or whole or 0) or None
