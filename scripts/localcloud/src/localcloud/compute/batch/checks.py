"""What Batch refuses in a job definition; AWS documents the rules, and not all of their messages.

https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerProperties.html
https://docs.aws.amazon.com/batch/latest/APIReference/API_EcsTaskProperties.html
https://docs.aws.amazon.com/batch/latest/APIReference/API_TaskContainerProperties.html
"""

import uuid
from collections.abc import Iterator, Sequence

from localcloud.compute import dependencies, volume_checks
from localcloud.compute.batch import sizes
from localcloud.compute.batch.specification import requirements
from localcloud.compute.cloud import Document
from localcloud.compute.control_plane import refusal

_MAX_CONTAINERS = 10
_NOT_ON_FARGATE = ("devices", "maxSwap", "sharedMemorySize", "swappiness", "tmpfs")
_ONLY_ON_FARGATE = ("networkConfiguration", "fargatePlatformConfiguration", "platformVersion")


def check_definition(request: Document) -> None:
    """Raise Batch's error for the first problem of a job definition."""
    on_fargate = "FARGATE" in (request.get("platformCapabilities") or [])
    for wrong in _problems(request, on_fargate=on_fargate):
        message = f"Error executing request, Exception : {wrong}, RequestId: {uuid.uuid4()}"
        raise refusal("ClientException", message)


def _problems(request: Document, *, on_fargate: bool) -> Iterator[str]:
    container, properties = request.get("containerProperties"), request.get("ecsProperties")
    if container and properties:
        yield "only one of containerProperties and ecsProperties may be given"
    if container:
        yield from _problems_of(container, [container], on_fargate=on_fargate)
    if properties:
        tasks = properties["taskProperties"]
        if len(tasks) != 1:
            yield f"taskProperties must have 1 element, not {len(tasks)}"
        yield from _problems_of_containers(tasks[0])
        yield from _problems_of(tasks[0], tasks[0]["containers"], on_fargate=on_fargate)


def _problems_of_containers(task: Document) -> Iterator[str]:
    containers: list[Document] = task["containers"]
    if not 1 <= len(containers) <= _MAX_CONTAINERS:
        yield f"containers must be 1 to {_MAX_CONTAINERS}, not {len(containers)}"
    names = [item.get("name") for item in containers]
    if None in names or len(set(names)) < len(names):
        yield "each container must have a name of its own"
    if not any(item.get("essential", True) for item in containers):
        yield "at least one container must be essential"
    for item in containers:
        for given in item.get("dependsOn") or ():
            if given.get("condition") not in ("START", "COMPLETE", "SUCCESS"):
                yield f"{given.get('condition')} is not a condition of dependsOn"
    yield from dependencies.problems(containers)


def _problems_of(
    whole: Document, containers: Sequence[Document], *, on_fargate: bool
) -> Iterator[str]:
    """Yield the problems of containers; `whole` has their roles, volumes and network."""
    if any(item.get("secrets") for item in containers) and not whole.get("executionRoleArn"):
        yield "executionRoleArn is required for containers with secrets"
    if on_fargate:
        for container in containers:
            yield from _not_on_fargate(container)
        if wrong := sizes.problem(containers):
            yield wrong
    else:
        for name in _ONLY_ON_FARGATE:
            if whole.get(name):
                yield f"{name} is not applicable for EC2."
    yield from volume_checks.problems(containers, whole.get("volumes"))


def _not_on_fargate(container: Document) -> Iterator[str]:
    if "GPU" in requirements(container):
        yield "GPU is not applicable for Fargate."
    if container.get("ulimits"):
        yield "ulimits is not applicable for Fargate."
    for name in _NOT_ON_FARGATE:
        if (container.get("linuxParameters") or {}).get(name) not in (None, []):
            yield f"{name} is not applicable for Fargate."
