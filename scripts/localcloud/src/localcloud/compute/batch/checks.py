"""What Batch refuses in a job definition; AWS documents the rules, and not all of their messages.

https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerProperties.html
"""

import uuid
from collections.abc import Iterator

from localcloud.compute import volume_checks
from localcloud.compute.batch import sizes
from localcloud.compute.batch.specification import requirements
from localcloud.compute.cloud import Document
from localcloud.compute.control_plane import refusal

_NOT_ON_FARGATE = ("devices", "maxSwap", "sharedMemorySize", "swappiness", "tmpfs")
_ONLY_ON_FARGATE = ("networkConfiguration", "fargatePlatformConfiguration")


def check_definition(request: Document) -> None:
    """Raise Batch's error for the first problem of a job definition."""
    container = request.get("containerProperties")
    if not container:
        return
    on_fargate = "FARGATE" in (request.get("platformCapabilities") or [])
    for wrong in _problems(container, on_fargate=on_fargate):
        message = f"Error executing request, Exception : {wrong}, RequestId: {uuid.uuid4()}"
        raise refusal("ClientException", message)


def _problems(container: Document, *, on_fargate: bool) -> Iterator[str]:
    if container.get("secrets") and not container.get("executionRoleArn"):
        yield "executionRoleArn is required for containers with secrets"
    if on_fargate:
        yield from _not_on_fargate(container)
        if wrong := sizes.problem(container):
            yield wrong
    else:
        for name in _ONLY_ON_FARGATE:
            if container.get(name):
                yield f"{name} is not applicable for EC2."
    yield from volume_checks.problems([container], container.get("volumes"))


def _not_on_fargate(container: Document) -> Iterator[str]:
    if "GPU" in requirements(container):
        yield "GPU is not applicable for Fargate."
    if container.get("ulimits"):
        yield "ulimits is not applicable for Fargate."
    for name in _NOT_ON_FARGATE:
        if (container.get("linuxParameters") or {}).get(name) not in (None, []):
            yield f"{name} is not applicable for Fargate."
