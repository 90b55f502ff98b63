"""The order of the containers of a task or job, which dependsOn gives.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
"""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from localcloud.compute import health
from localcloud.compute.cloud import Document

# For a container without startTimeout.
_START_TIMEOUT_SECONDS = 180.0


class DependencyError(Exception):
    """A container can never start; the message is that of ECS's agent."""


@dataclass(kw_only=True)
class Progress:
    """How far a container has got."""

    started_at: float | None = None
    exit_code: int | None = None
    health: str = health.UNKNOWN


def may_start(
    definition: Document, progress: Mapping[str, Progress], timeouts: Mapping[str, float]
) -> bool:
    """Return whether a container's dependencies are resolved; DependencyError if they can't be."""
    return all(
        _is_resolved(definition["name"], item, progress[item["containerName"]], timeouts)
        for item in definition.get("dependsOn") or ()
    )


def _is_resolved(
    target: str, dependency: Document, progress: Progress, timeouts: Mapping[str, float]
) -> bool:
    name, condition = dependency["containerName"], dependency["condition"]
    ended = progress.exit_code is not None
    resolved = {
        "START": ended or progress.started_at is not None,
        "COMPLETE": ended,
        "SUCCESS": progress.exit_code == 0,
        "HEALTHY": progress.health == health.HEALTHY,
    }[condition]
    if resolved:
        return True
    ordering = f"container ordering dependency [{name}] for target [{target}]"
    if ended:
        why = (
            "did not exit successfully" if condition == "SUCCESS" else "ended before it was healthy"
        )
        raise DependencyError(
            f"dependency graph: failed to resolve {ordering} as dependency {why}."
        )
    if overdue_at(progress, timeouts[name]) <= time.monotonic():
        raise DependencyError(f"dependency graph: {ordering} has timed out.")
    return False


def overdue_at(progress: Progress, timeout: float) -> float:
    """Return when those who wait for a container give up; never while it waits itself."""
    return float("inf") if progress.started_at is None else progress.started_at + timeout


def start_timeout(definition: Document) -> float:
    """Return how long others wait for a container."""
    return float(definition.get("startTimeout") or _START_TIMEOUT_SECONDS)


def dependents(name: str, definitions: Collection[Document]) -> set[str]:
    """Return the containers that depend on this one, and so are stopped before it."""
    return {
        item["name"]
        for item in definitions
        if name in {given["containerName"] for given in item.get("dependsOn") or ()}
    }


def problems(containers: Sequence[Document]) -> Iterator[str]:
    """Yield what AWS refuses in the dependencies of a definition's containers."""
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
