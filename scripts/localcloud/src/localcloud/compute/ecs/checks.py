"""What ECS refuses in a task definition; AWS documents the rules, and not all of their messages.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html
"""

from collections.abc import Iterator

from localcloud.compute import dependencies, volume_checks
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
    yield from dependencies.problems(containers)


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
