"""Counts what happens in random runs: a rule, fault or step that never happens tests nothing."""

import functools
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from hypothesis.stateful import rule
from tests.unit.model.executions import Executions
from tests.unit.model.processes import Process

from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.outcomes import ErrorName
from activity_dispatch.reconcile.next_step import Step
from activity_dispatch.testing.fault_kinds import Fault

counted: Counter[str] = Counter()
# What 2,000 examples must show, besides all rules: what becomes of warm workers' tasks, steps of the
# reconciler, results of the dispatcher, and errors of tasks.
WARM = ("followed", "given back", "adopted")
EXPECTED = (
    *(f"warm {each}" for each in WARM),
    # Heartbeats end nearly each lost job's task first: test_next_step.py is about that step.
    *(f"step {step.name}" for step in Step if step is not Step.LOST),
    *(f"dispatched {result.name}" for result in Result if result not in (Result.LEFT, Result.DROPPED)),
    *(
        f"error {name}"
        for name in (
            ErrorName.DISPATCH_CAPACITY_UNAVAILABLE,
            ErrorName.DISPATCH_INVALID_REQUEST,
            ErrorName.DISPATCH_QUEUE_TIMEOUT,
            ErrorName.JOB_FAILED,
            ErrorName.JOB_INTERRUPTED,
        )
    ),
)


def happening(**strategies: Any) -> Callable[[Callable[..., None]], Any]:
    """Return a rule that is counted."""

    def decorate(method: Callable[..., None]) -> Any:
        @functools.wraps(method)
        def count_and_do(*args: Any, **kwargs: Any) -> None:
            counted[f"rule {method.__name__}"] += 1
            method(*args, **kwargs)

        return rule(**strategies)(count_and_do)

    return decorate


def count_process(process: Process) -> None:
    """Count what a process did, and its faults."""
    for each in process.faults.injected:
        # Each call is injected its fault, or none.
        counted[f"fault {_name(each.fault)}"] += 1
    if process.name == "dispatcher" and process.result is not None:
        counted[f"dispatched {process.result.name}"] += 1
    if process.name == "reconciler" and process.result is not None:
        for name, count in process.result.items():
            counted[f"step {name}"] += count


def count_errors(executions: Executions) -> None:
    """Count the errors that executions got."""
    for task in executions.tasks:
        if task.timed_out:
            counted["error timeout"] += 1
        elif error := (task.answer or {}).get("error"):
            counted[f"error {error}"] += 1


def never(rules: Iterable[str]) -> list[str]:
    """Return what never happened, of these rules and of what is expected."""
    return [name for name in (*EXPECTED, *(f"rule {each}" for each in rules)) if not counted[name]]


def _name(fault: Fault) -> str:
    if fault.crash is not None:
        return f"crash {fault.crash}"
    if fault.duplicate:
        return "duplicate"
    return f"{fault.fail if isinstance(fault.fail, str) else 'lost'} {fault.when}"
