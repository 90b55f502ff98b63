"""The worker: the code inside a job that runs the user's command or function and reports the outcome.

In a container, `task-worker -- COMMAND ARGS` runs a program in any language, `run_task` a Python function.
The contract with the program: docs/contract.md.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from activity_dispatch.worker.container.function import run_task

__all__ = ["run_task"]


def __getattr__(name: str) -> Any:
    # Imported on demand: task-worker does not need it and starts faster without it.
    if name == "run_task":
        from activity_dispatch.worker.container.function import run_task

        return run_task
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
