"""The `job` object of a task's input, as container backends read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from activity_dispatch.domain.tasks import InvalidInput

# JSON numbers have no limit, and 1e999 is infinite; no backend offers more than this.
MAX_NUMBER = 2**31 - 1
# The platform, the worker or Terraform sets these: a task's input must not redirect its job.
RESERVED_PREFIXES = ("AWS_", "ECS_", "TASK_", "PAYLOAD_")


@dataclass(frozen=True, kw_only=True)
class ContainerOverrides:
    """What one task changes about its container.

    `cpu` is in vCPUs, `memory_mb` in MiB, `gpu` in GPUs; the worker enforces the time limit
    `timeout_seconds` (docs/contract.md).
    """

    command: tuple[str, ...] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    cpu: float | None = None
    memory_mb: int | None = None
    gpu: int | None = None
    timeout_seconds: int | None = None

    @classmethod
    def from_job(cls, job: Mapping[str, Any]) -> "ContainerOverrides":
        """Parse the object. Raises InvalidInput, which names the invalid field and what is allowed."""
        refuse_unknown(job, tuple(cls.__dataclass_fields__))
        return cls(
            command=_command(job.get("command")),
            environment=_environment(job.get("environment", {})),
            cpu=_number(job, "cpu", (int, float)),
            memory_mb=_number(job, "memory_mb", int),
            gpu=_number(job, "gpu", int),
            timeout_seconds=_number(job, "timeout_seconds", int),
        )

    def variables(self, task_id: str) -> list[dict[str, str]]:
        """Return the container's environment as ECS and Batch expect it, including TASK_ID."""
        variables = {**self.environment, "TASK_ID": task_id}
        if self.timeout_seconds is not None:
            variables["TASK_TIMEOUT_SECONDS"] = str(self.timeout_seconds)
        return [{"name": name, "value": value} for name, value in variables.items()]


def refuse_unknown(job: Mapping[str, Any], allowed: Sequence[str]) -> None:
    """Raise InvalidInput if a `job` object has a key that its backend does not know."""
    unknown = sorted(set(job) - set(allowed))
    if unknown:
        raise InvalidInput(f"job.{unknown[0]}: unknown to this backend; allowed are {', '.join(allowed)}")


def _command(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not value or not all(isinstance(word, str) for word in value):
        raise InvalidInput(f"job.command: {value!r:.200}; it must be a list of at least one string")
    return tuple(value)


def _environment(value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise InvalidInput(f"job.environment: {value!r:.200}; it must be an object of strings")
    for name in value:
        if not name or name.startswith(RESERVED_PREFIXES):
            prefixes = ", ".join(RESERVED_PREFIXES)
            raise InvalidInput(f"job.environment.{name}: reserved; allowed are names without {prefixes}")
    return value


def _number(job: Mapping[str, Any], name: str, kind: Any) -> Any:
    value = job.get(name)
    if value is None:
        return None
    # In Python, bool is a subclass of int.
    if isinstance(value, bool) or not isinstance(value, kind) or not 0 < value <= MAX_NUMBER:
        raise InvalidInput(f"job.{name}: {value!r:.200}; it must be a number over 0, at most {MAX_NUMBER}")
    return value
