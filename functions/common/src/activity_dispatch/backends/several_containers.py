"""What ECS and Batch say of a job's container and of its sidecars, in the same words."""

from collections.abc import Iterable, Mapping
from typing import Any

_NEVER_STARTED = "CannotStartContainerError"


def mapping(value: object) -> Mapping[str, Any]:
    """Return an object of an event or a description, an empty one if it is something else."""
    return value if isinstance(value, Mapping) else {}


def mappings(value: object) -> list[Mapping[str, Any]]:
    """Return the objects of a list, none if it is something else."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def failures_of(sidecars: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what sidecars failed with: it may be why the job's container failed, or was never started."""
    return [
        f"container {sidecar.get('name')}: {sidecar.get('reason') or f'exit code {sidecar["exitCode"]}'}"
        for sidecar in sidecars
        if sidecar.get("exitCode") or (sidecar.get("reason") and sidecar.get("exitCode") is None)
    ]


def was_given_up(container: Mapping[str, Any]) -> bool:
    """Return whether it never ran although it has an exit code: what it waited for (`dependsOn`) failed.

    Source: https://github.com/aws/amazon-ecs-agent/pull/3218
    """
    return str(container.get("reason") or "").startswith(_NEVER_STARTED)
