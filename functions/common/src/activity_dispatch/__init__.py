"""Turn a Step Functions activity into an active trigger.

The public API: `processing_handler` turns a plain function into a Lambda handler that processes
tasks; `JobError` ends a task with an error name of the function's choice; `task` is the task that the
function works on. `activity_dispatch.worker` does the same for containers, and `activity_dispatch.testing`
tests both. Everything else serves the dispatcher.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from activity_dispatch.domain.outcomes import ErrorName, JobError
    from activity_dispatch.worker import task
    from activity_dispatch.worker.handler import processing_handler

__all__ = ["ErrorName", "JobError", "processing_handler", "task"]

_MODULES = {
    "ErrorName": "activity_dispatch.domain.outcomes",
    "JobError": "activity_dispatch.domain.outcomes",
    "processing_handler": "activity_dispatch.worker.handler",
    "task": "activity_dispatch.worker.task",
}


def __getattr__(name: str) -> Any:
    # Imported on first use: a container's worker must install its signal handlers before any slow
    # import, and the dispatcher needs nothing from the job's side.
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = import_module(module)
    return found if name == "task" else getattr(found, name)
