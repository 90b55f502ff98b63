"""The settings of a worker, read from its container's environment once."""

from collections.abc import Mapping
from dataclasses import dataclass

from activity_dispatch.domain.attempts import MAX_LINKS
from activity_dispatch.domain.limits import MAX_TIMEOUT_SECONDS
from activity_dispatch.domain.tasks import is_task_id
from activity_dispatch.runtime.settings import InvalidSettings, Settings, is_number

# ECS and Batch kill a container 30 s after SIGTERM: the rest is for reporting the interruption.
GRACE_SECONDS = 20
# Fargate and SageMaker allow a container at most two minutes.
MAX_GRACE_SECONDS = 120

MAX_LINGER_SECONDS = 600
MAX_TASKS, MOST_TASKS = 100, 10_000

# Hidden from the program: only the worker needs them.
PRIVATE = frozenset(
    {
        "TASK_TABLE",
        "PAYLOAD_BUCKET",
        "TASK_RETENTION_DAYS",
        "TASK_GRACE_SECONDS",
        "TASK_TIMEOUT_SECONDS",
        "TASK_STDOUT",
        "TASK_ATTEMPT",
        "TASK_ON_INTERRUPTION",
        "TASK_LINGER_SECONDS",
        "TASK_MAX_TASKS",
    }
)


@dataclass(frozen=True, kw_only=True)
class WorkerSettings:
    """A worker's settings, besides those of every part of the stack (`Settings`).

    `grace_seconds` is the time from SIGTERM to SIGKILL; `timeout_seconds` the job's own time limit, None
    for none; with `stdout_is_output`, stdout is the output of a program that does not write TASK_OUTPUT.
    `attempt` is the number of the task's attempt; with `leaves_interruption`, another one follows if this job
    is interrupted, so that it does not end the task. With `linger_seconds` the worker is warm: it asks for
    the next task for so long after each, and does at most `max_tasks`.
    """

    task_id: str
    grace_seconds: int = GRACE_SECONDS
    timeout_seconds: int | None = None
    stdout_is_output: bool = True
    attempt: int = 1
    leaves_interruption: bool = False
    linger_seconds: int | None = None
    max_tasks: int = MAX_TASKS

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "WorkerSettings":
        """Read the variables that docs/contract.md lists.

        Raises InvalidSettings with every problem of these and of those in `Settings`.
        """
        problems = []
        try:
            Settings.from_environment(environment)
        except InvalidSettings as error:
            problems.append(str(error))
        task_id = environment.get("TASK_ID", "")
        if not is_task_id(task_id):
            problems.append(f"TASK_ID: {task_id!r}; it must be 32 hexadecimal digits")
        grace = _number(environment, "TASK_GRACE_SECONDS", GRACE_SECONDS, 0, MAX_GRACE_SECONDS, problems)
        timeout = _number(environment, "TASK_TIMEOUT_SECONDS", None, 1, MAX_TIMEOUT_SECONDS, problems)
        linger = _number(environment, "TASK_LINGER_SECONDS", None, 1, MAX_LINGER_SECONDS, problems)
        tasks = _number(environment, "TASK_MAX_TASKS", MAX_TASKS, 2, MOST_TASKS, problems)
        stdout = environment.get("TASK_STDOUT", "output")
        if stdout not in ("output", "log"):
            problems.append(f"TASK_STDOUT: {stdout!r}; allowed are output, log")
        attempt = _number(environment, "TASK_ATTEMPT", 1, 1, MAX_LINKS, problems)
        if problems:
            raise InvalidSettings("; ".join(problems))
        return cls(
            task_id=task_id,
            grace_seconds=GRACE_SECONDS if grace is None else grace,
            timeout_seconds=timeout,
            stdout_is_output=stdout == "output",
            attempt=attempt or 1,
            leaves_interruption=environment.get("TASK_ON_INTERRUPTION") == "leave",
            linger_seconds=linger,
            max_tasks=MAX_TASKS if tasks is None else tasks,
        )


def _number(
    environment: Mapping[str, str], name: str, default: int | None, least: int, most: int, problems: list[str]
) -> int | None:
    text = environment.get(name)
    if text is None:
        return default
    if not is_number(text, least, most):
        problems.append(f"{name}: {text!r}; allowed are {least} to {most}")
        return default
    return int(text)
