"""The task that a function works on: `from activity_dispatch import task`.

The same in a processing Lambda function and in a container's `run_task`. Outside a task, as in a unit test
that calls the plain function, progress goes nowhere and there is no time limit.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from activity_dispatch.runtime.lambda_context import LambdaContext


@dataclass(frozen=True, kw_only=True)
class CurrentTask:
    """What a function may know of its task; `seconds_left` is called each time."""

    task_id: str
    report: Callable[[str], object]
    seconds_left: Callable[[], float]
    context: LambdaContext | None = None


# Not a context variable: threads that the function starts work on the same task.
_current: CurrentTask | None = None


@contextmanager
def working_on(task: CurrentTask) -> Iterator[None]:
    """Let the function that is called in the block find its task here."""
    global _current
    before, _current = _current, task
    try:
        yield
    finally:
        _current = before


def progress(text: str) -> None:
    """Say how far the job is, such as "3 of 10": the last line counts, up to 1 KiB.

    It is recorded at once the first time, then every 5 s if it has changed. `activity-dispatch status` and
    `run` show it, and the activity's event bus gets it. Raises TypeError if it is no text.
    """
    if not isinstance(text, str):
        raise TypeError(f"progress: {type(text).__name__}; it must be text, such as '3 of 10'")
    if _current is not None:
        _current.report(text)


def seconds_left() -> float:
    """Return the seconds until the function is interrupted because its time is up; infinite without a limit.

    In Lambda that is up to two seconds before Lambda ends the function.
    Source: https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """
    return math.inf if _current is None else max(0.0, _current.seconds_left())


def task_id() -> str | None:
    """Return the task's id, 32 hex digits, under which logs and commands know it; None outside a task."""
    return None if _current is None else _current.task_id


def lambda_context() -> LambdaContext | None:
    """Return the context object that Lambda passed to the handler; None elsewhere."""
    return None if _current is None else _current.context
