"""The `job` object of a task's input, as container backends understand it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from activity_dispatch.domain.tasks import InvalidInput

# JSON has numbers without an end, and 1e999 is infinite: this is over all that a backend has.
MAX_NUMBER = 2**31 - 1
# Set by the platform, the worker or Terraform: a task's input must not point a job elsewhere.
RESERVED_PREFIXES = ("AWS_", "ECS_", "TASK_", "PAYLOAD_")


@dataclass(frozen=True, kw_only=True)
class ContainerOverrides:
    """What one task changes about its container.

    `cpu` in vCPUs, `memory_mb` in MiB, `gpu` in GPUs; `timeout_seconds` is the time limit that the
    worker keeps (docs/contract.md).
    """

    command: tuple[str, ...] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    cpu: float | None = None
    memory_mb: int | None = None
    gpu: int | None = None
    timeout_seconds: int | None = None

    @classmethod
    def from_job(cls, job: Mapping[str, Any]) -> "ContainerOverrides":
        """Read the object; InvalidInput names the field that is wrong and what it must be."""
        unknown = sorted(set(job) - set(cls.__dataclass_fields__))
        if unknown:
            raise InvalidInput(f"job.{unknown[0]}: this backend has {', '.join(cls.__dataclass_fields__)}")
        return cls(
            command=_command(job.get("command")),
            environment=_environment(job.get("environment", {})),
            cpu=_number(job, "cpu", (int, float)),
            memory_mb=_number(job, "memory_mb", int),
            gpu=_number(job, "gpu", int),
            timeout_seconds=_number(job, "timeout_seconds", int),
        )

    def variables(self, task_id: str) -> list[dict[str, str]]:
        """Return the container's environment as ECS and Batch take it, the task's id included."""
        variables = {**self.environment, "TASK_ID": task_id}
        if self.timeout_seconds is not None:
            variables["TASK_TIMEOUT_SECONDS"] = str(self.timeout_seconds)
        return [{"name": name, "value": value} for name, value in variables.items()]


def _command(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not value or not all(isinstance(word, str) for word in value):
        raise InvalidInput(f"job.command: {value!r:.200}; it must be a list of at least one text")
    return tuple(value)


def _environment(value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise InvalidInput(f"job.environment: {value!r:.200}; it must be an object of texts")
    for name in value:
        if not name or name.startswith(RESERVED_PREFIXES):
            raise InvalidInput(f"job.environment.{name}: names with {', '.join(RESERVED_PREFIXES)} are taken")
    return value


def _number(job: Mapping[str, Any], name: str, kind: Any) -> Any:
    value = job.get(name)
    if value is None:
        return None
    # bool is an int in Python, and not a number of anything here.
    if isinstance(value, bool) or not isinstance(value, kind) or not 0 < value <= MAX_NUMBER:
        raise InvalidInput(f"job.{name}: {value!r:.200}; it must be a number over 0, at most {MAX_NUMBER}")
    return value
