"""The worker: the code inside a container that runs a job and reports how it went.

`task-worker -- COMMAND ARGS` does it for a program in any language, `run_task` for a Python function.
The contract with the program: docs/contract.md.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from activity_dispatch.worker.container.function import run_task

__all__ = ["run_task"]


def __getattr__(name: str) -> Any:
    # Imported when asked for: task-worker does not need it and starts sooner without it.
    if name == "run_task":
        from activity_dispatch.worker.container.function import run_task

        return run_task
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
