"""Turn a Step Functions activity into an active trigger.

The public API: `processing_handler` turns a plain function into a Lambda handler that processes
tasks; `JobError` ends a task with an error name of the function's choice. `activity_dispatch.worker`
does the same for containers. Everything else serves the dispatcher.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from activity_dispatch.domain.outcomes import ErrorName, JobError
    from activity_dispatch.worker.lambda_function import processing_handler

__all__ = ["ErrorName", "JobError", "processing_handler"]


def __getattr__(name: str) -> Any:
    # Imported on first use: a container's worker must install its signal handlers before any slow
    # import, and the dispatcher needs nothing from the job's side.
    if name == "processing_handler":
        from activity_dispatch.worker.lambda_function import processing_handler

        return processing_handler
    if name in __all__:
        from activity_dispatch.domain import outcomes

        return getattr(outcomes, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
