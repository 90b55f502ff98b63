"""What RunTask is told: capacity and network, from a description, and what one task changes.

Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
"""

import json
from collections.abc import Mapping
from typing import Any

from activity_dispatch.backends import config as configured
from activity_dispatch.backends.base import InvalidBackendConfig
from activity_dispatch.backends.container_overrides import ContainerOverrides
from activity_dispatch.domain.tasks import InvalidInput, Task

MAX_OVERRIDES_CHARACTERS = 8_192
CPU_UNITS = 1_024
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
MAX_PROVIDERS, MAX_WEIGHT, MAX_BASE = 20, 1_000, 100_000
# AWS's own providers, whose names no other may have.
_FARGATE = "FARGATE"


def capacity_of(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a strategy in ECS's own form. 0.1.0 had one provider. Raises InvalidBackendConfig."""
    if "capacity" not in config:
        return [{"capacityProvider": configured.string(config, "capacity_provider"), "weight": 1}]
    items = configured.objects(config, "capacity")
    strategy = [
        {
            "capacityProvider": configured.string(item, "provider"),
            "weight": configured.count(item, "weight", most=MAX_WEIGHT),
            **({"base": base} if (base := configured.count(item, "base", most=MAX_BASE)) else {}),
        }
        for item in items
    ]
    if problem := _problem_of(strategy):
        raise InvalidBackendConfig(f"capacity: {items!r:.1000}; {problem}")
    return strategy


def _problem_of(strategy: list[dict[str, Any]]) -> str | None:
    """Return why ECS would refuse each start, None if it would not."""
    if len(strategy) > MAX_PROVIDERS:
        return f"{len(strategy)} providers; allowed are up to {MAX_PROVIDERS}"
    if not any(item["weight"] for item in strategy):
        return "a provider must have a weight over 0"
    if sum("base" in item for item in strategy) > 1:
        return "only one provider may have a base over 0"
    if len({_is_fargate(item) for item in strategy}) > 1:
        return f"{_FARGATE} and {_FARGATE}_SPOT go with no other providers"
    return None


def network_of(config: Mapping[str, Any], capacity: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the network of the tasks. Raises InvalidBackendConfig."""
    network: dict[str, Any] = {
        "subnets": list(configured.strings(config, "subnets")),
        "securityGroups": list(configured.strings(config, "security_groups")),
    }
    # ECS refuses the word for what does not run on Fargate.
    if all(map(_is_fargate, capacity)):
        network["assignPublicIp"] = "ENABLED" if config.get("assign_public_ip") is True else "DISABLED"
    return network


def overrides_of(task: Task, container: str, *, gpus: int) -> dict[str, Any]:
    """Return what the task changes about its definition, whose container has `gpus`. Raises InvalidInput."""
    wanted = ContainerOverrides.from_job(task.overrides)
    override: dict[str, Any] = {"name": container, "environment": wanted.variables(task)}
    overrides: dict[str, Any] = {"containerOverrides": [override]}
    if wanted.command is not None:
        override["command"] = list(wanted.command)
    if wanted.gpu is not None:
        override["resourceRequirements"] = [{"type": "GPU", "value": str(_gpus(wanted.gpu, gpus))}]
    if wanted.cpu is not None:
        overrides["cpu"] = str(round(wanted.cpu * CPU_UNITS))
    if wanted.memory_mb is not None:
        overrides["memory"] = str(wanted.memory_mb)
    size = len(json.dumps(overrides))
    if size > MAX_OVERRIDES_CHARACTERS:
        raise InvalidInput(
            f"job: {size} characters of overrides; allowed are up to {MAX_OVERRIDES_CHARACTERS}"
        )
    return overrides


def tags_of(task: Task) -> list[dict[str, str]]:
    """Return the task's own tags; ECS adds those of the definition."""
    return [{"key": key, "value": value} for key, value in task.tags.items()]


def _gpus(wanted: int, defined: int) -> int:
    # A definition without GPUs was placed without them: on Fargate, or on instances that have none.
    if not defined:
        raise InvalidInput(f"job.gpu: {wanted}; this activity's container has no GPUs (container.gpus)")
    return wanted


def _is_fargate(item: Mapping[str, Any]) -> bool:
    return str(item["capacityProvider"]).startswith(_FARGATE)
