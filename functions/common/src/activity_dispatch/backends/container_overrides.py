"""The `job` object of a task's input, as container backends read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from activity_dispatch.domain.envelope import traceparent_of
from activity_dispatch.domain.job_variables import label, problem_of_text, problem_of_variable, shown
from activity_dispatch.domain.limits import MAX_TIMEOUT_SECONDS
from activity_dispatch.domain.tasks import InvalidInput, Task

# JSON numbers have no limit, and 1e999 is infinite; no backend offers more than this.
MAX_NUMBER = 2**31 - 1
# ECS counts whole CPU units, 1,024 to a vCPU: less than this could round to none.
MIN_CPU, MAX_CPU = 0.001, 100_000


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
            environment=environment_of(job.get("environment", {})),
            cpu=_cpu(job.get("cpu")),
            memory_mb=whole_number(job, "memory_mb"),
            gpu=whole_number(job, "gpu"),
            timeout_seconds=whole_number(job, "timeout_seconds", most=MAX_TIMEOUT_SECONDS),
        )

    def variables(self, task: Task) -> list[dict[str, str]]:
        """Return the container's environment as ECS and Batch expect it, including TASK_ID."""
        variables = {**trace_of(task), **self.environment, "TASK_ID": task.task_id}
        if task.attempt > 1:
            variables["TASK_ATTEMPT"] = str(task.attempt)
        if task.falls_back_after_interruption:
            variables["TASK_ON_INTERRUPTION"] = "leave"
        if self.timeout_seconds is not None:
            variables["TASK_TIMEOUT_SECONDS"] = str(self.timeout_seconds)
        return [{"name": name, "value": value} for name, value in variables.items()]


def trace_of(task: Task) -> Mapping[str, str]:
    """Return the variable with the task's trace context, if it has one. An input's own has precedence."""
    trace = traceparent_of(task)
    return {} if trace is None else {"TRACEPARENT": trace}


def refuse_unknown(job: Mapping[str, Any], allowed: Sequence[str]) -> None:
    """Raise InvalidInput if a `job` object has a key that its backend does not know."""
    unknown = sorted(set(job) - set(allowed))
    if unknown:
        raise InvalidInput(
            f"job.{label(unknown[0])}: unknown to this backend; allowed are {', '.join(allowed)}"
        )


def whole_number(job: Mapping[str, Any], name: str, *, most: int = MAX_NUMBER) -> int | None:
    """Return a whole number from 1 to `most`, None if there is none. Raises InvalidInput."""
    value = job.get(name)
    if value is None:
        return None
    # In Python, bool is a subclass of int.
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= most:
        raise InvalidInput(f"job.{name}: {shown(value)}; it must be a whole number over 0, at most {most}")
    return value


def environment_of(value: Any) -> Mapping[str, str]:
    """Return the variables that an input sets. Raises InvalidInput for one that no input may set."""
    if not isinstance(value, dict):
        raise InvalidInput(f"job.environment: {shown(value)}; it must be an object of strings")
    for name, text in value.items():
        problem = problem_of_variable(name, text)
        if problem is not None:
            raise InvalidInput(f"job.environment.{label(name)}: {problem}")
    return value


def _command(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value) or not any(value[:1]):
        wanted = "it must be a list of strings, the first of them a program's name"
        raise InvalidInput(f"job.command: {shown(value)}; {wanted}")
    for number, word in enumerate(value):
        problem = problem_of_text(word)
        if problem is not None:
            raise InvalidInput(f"job.command[{number}]: {shown(word)}; {problem}")
    return tuple(value)


def _cpu(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not MIN_CPU <= value <= MAX_CPU:
        raise InvalidInput(f"job.cpu: {shown(value)}; it must be a number from {MIN_CPU} to {MAX_CPU}")
    return value
