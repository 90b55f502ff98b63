"""The CPU and memory of a task: read as ECS reads them, and refused if Fargate has no such size."""

import re

from localcloud.compute import fargate
from localcloud.compute.cloud import Document
from localcloud.compute.control_plane import refusal

_MIB_PER_GB = 1_024
_CPU = re.compile(r"(\d+)|(\d*\.?\d+)\s*vcpu", re.IGNORECASE)
_MEMORY = re.compile(r"(\d+)|(\d*\.?\d+)\s*gb", re.IGNORECASE)


def normalized(given: Document) -> Document:
    """Return the size with CPU units and MiB for `1 vCPU` and `2 GB`, or raise ECS's error."""
    return {
        **_whole(given, "cpu", _CPU, fargate.CPU_UNITS),
        **_whole(given, "memory", _MEMORY, _MIB_PER_GB),
    }


def _whole(given: Document, name: str, pattern: re.Pattern[str], per_unit: int) -> Document:
    value = given.get(name)
    if value is None:
        return {}
    found = pattern.fullmatch(str(value).strip())
    if not found:
        raise refusal("ClientException", f"Invalid '{name}' setting for task.")
    plain, units = found.groups()
    return {name: plain or str(round(float(units) * per_unit))}


def require_fargate_size(size: Document) -> None:
    """Raise ECS's error unless Fargate has the size, which is in CPU units and MiB."""
    for name in ("cpu", "memory"):
        if name not in size:
            message = f"Fargate requires that '{name}' be defined at the task level."
            raise refusal("ClientException", message)
    cpu, memory = int(size["cpu"]), int(size["memory"])
    if not fargate.offers(cpu, memory):
        raise refusal(
            "ClientException",
            f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. See "
            "the Amazon ECS documentation for the valid values.",
        )
