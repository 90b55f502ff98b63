"""What SubmitJob is told of one task: in one of two forms, as the job's definition has sidecars or not.

Sources: https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerOverrides.html,
https://docs.aws.amazon.com/batch/latest/APIReference/API_TaskContainerOverrides.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from activity_dispatch.backends import config as configured
from activity_dispatch.backends.base import InvalidBackendConfig
from activity_dispatch.backends.container_overrides import MIN_CPU, ContainerOverrides
from activity_dispatch.backends.several_containers import mapping
from activity_dispatch.domain.tasks import InvalidInput, Task


@dataclass(frozen=True, kw_only=True)
class JobContainer:
    """The job's container in a definition with sidecars, and what these take of the job's size."""

    name: str
    sidecars_cpu: float
    sidecars_memory_mb: float


def job_container_of(config: Mapping[str, Any]) -> JobContainer | None:
    """Return the job's container, None if the definition has no other. Raises InvalidBackendConfig."""
    name = configured.optional_string(config, "container")
    if name is None:
        return None
    size = mapping(config.get("sidecars"))
    return JobContainer(
        name=name,
        sidecars_cpu=_amount(size, "cpu"),
        sidecars_memory_mb=_amount(size, "memory_mb"),
    )


def _amount(size: Mapping[str, Any], field: str) -> float:
    value = size.get(field)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise InvalidBackendConfig(f"sidecars.{field}: {value!r}; it must be a number from 0")
    return value


def overrides_of(task: Task, container: JobContainer | None) -> dict[str, Any]:
    """Return what the task changes about its definition. Raises InvalidInput."""
    wanted = ContainerOverrides.from_job(task.overrides)
    override: dict[str, Any] = {"environment": wanted.variables(task)}
    if wanted.command is not None:
        override["command"] = list(wanted.command)
    resources = {"VCPU": wanted.cpu, "MEMORY": wanted.memory_mb, "GPU": wanted.gpu}
    if container is not None:
        resources["VCPU"] = _left(wanted.cpu, container.sidecars_cpu, "cpu")
        resources["MEMORY"] = _left(wanted.memory_mb, container.sidecars_memory_mb, "memory_mb")
    requirements = [
        {"type": kind, "value": _number(value)} for kind, value in resources.items() if value is not None
    ]
    if requirements:
        override["resourceRequirements"] = requirements
    if container is None:
        return {"containerOverrides": override}
    task_override = {"containers": [{"name": container.name, **override}]}
    return {"ecsPropertiesOverride": {"taskProperties": [task_override]}}


def _left(wanted: float | None, taken: float, name: str) -> float | None:
    """Return the container's part of a size that is asked for the whole job, as `size` is in the settings."""
    if wanted is None:
        return None
    left = wanted - taken
    if left < MIN_CPU:
        raise InvalidInput(f"job.{name}: {wanted}; it must be over {taken:g}, which the job's sidecars have")
    return left


def _number(value: float) -> str:
    # Not 1e+05, which is no number to Batch.
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
