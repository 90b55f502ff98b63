"""The order of a task's containers, which dependsOn gives.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
"""

import time
from collections.abc import Collection, Mapping
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
