"""What ECS refuses in a task definition; AWS documents the rules, and not all of their messages.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html
"""

from collections.abc import Iterator, Sequence

from localcloud.compute import volume_checks
from localcloud.compute.cloud import Document
from localcloud.compute.control_plane import refusal

# Linux parameters that Fargate does not have.
_NOT_ON_FARGATE = ("devices", "maxSwap", "sharedMemorySize", "swappiness")
_HEALTH_LIMITS = {
    "interval": (5, 300),
    "timeout": (2, 60),
    "retries": (1, 10),
    "startPeriod": (0, 300),
}


def check_definition(request: Document) -> None:
    """Raise ECS's error for the first problem of a task definition."""
    for message in _problems(request):
        raise refusal("ClientException", message)


def _problems(request: Document) -> Iterator[str]:
    containers: list[Document] = request["containerDefinitions"]
    if not request.get("executionRoleArn") and any(item.get("secrets") for item in containers):
        yield (
            "When you are specifying container secrets, you must also specify a value for "
            "'executionRoleArn'."
        )
    if "FARGATE" in (request.get("requiresCompatibilities") or ()):
        for container in containers:
            yield from _not_on_fargate(container)
    yield from volume_checks.problems(containers, request.get("volumes"))
    for container in containers:
        yield from _health_problems(container)
    yield from _dependency_problems(containers)


def _not_on_fargate(container: Document) -> Iterator[str]:
    if any(item["type"] == "GPU" for item in container.get("resourceRequirements") or ()):
        yield "Fargate compatible task definitions do not support resource requirement GPU."
    for name in _NOT_ON_FARGATE:
        if (container.get("linuxParameters") or {}).get(name) not in (None, []):
            yield f"Fargate compatible task definitions do not support {name}."


def _health_problems(container: Document) -> Iterator[str]:
    check = container.get("healthCheck")
    if not check:
        return
    if not check["command"] or check["command"][0] not in ("CMD", "CMD-SHELL", "NONE"):
        yield "Invalid 'command' setting for health check: it must begin with CMD or CMD-SHELL."
    for name, (least, most) in _HEALTH_LIMITS.items():
        if check.get(name) is not None and not least <= check[name] <= most:
            yield f"Invalid '{name}' setting for health check: it must be {least} to {most}."


def _dependency_problems(containers: Sequence[Document]) -> Iterator[str]:
    by_name = {item["name"]: item for item in containers}
    for container in containers:
        for item in container.get("dependsOn") or ():
            name, condition = item["containerName"], item["condition"]
            where = f"container '{container['name']}': dependency on '{name}'"
            if name not in by_name:
                yield f"Invalid {where}: there is no such container."
            elif condition in ("COMPLETE", "SUCCESS") and by_name[name].get("essential", True):
                yield f"Invalid {where}: {condition} requires a container that is not essential."
            elif condition == "HEALTHY" and not by_name[name].get("healthCheck"):
                yield f"Invalid {where}: HEALTHY requires a health check."
    if _is_circular(by_name):
        yield "The dependencies of the containers are circular."


def _is_circular(by_name: dict[str, Document]) -> bool:
    left = {
        name: {given["containerName"] for given in item.get("dependsOn") or ()}
        for name, item in by_name.items()
    }
    while free := {name for name, before in left.items() if not before & left.keys()}:
        left = {name: before for name, before in left.items() if name not in free}
    return bool(left)
