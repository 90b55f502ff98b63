"""RegisterTaskDefinition: moto keeps definitions, and refuses next to nothing."""

from typing import Any

from localstack.services.moto import call_moto_with_request

from localcloud.compute.cloud import Document
from localcloud.compute.ecs.checks import check_definition
from localcloud.compute.ecs.sizes import normalized, require_fargate_size


def register_task_definition(context: Any, request: Document) -> Any:
    """Register the definition with its size in CPU units and MiB."""
    check_definition(request)
    size = normalized(request)
    if "FARGATE" in (request.get("requiresCompatibilities") or []):
        require_fargate_size(size)
    return call_moto_with_request(context, {**request, **size})
