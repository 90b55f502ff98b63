"""Turn a Step Functions activity into an active trigger.

The public API: `processing_handler` makes a plain function into a Lambda function that processes
tasks, `JobError` lets it name its own error. `activity_dispatch.worker` does the same for
containers. Everything else serves the dispatcher.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from activity_dispatch.domain.outcomes import ErrorName, JobError
    from activity_dispatch.worker.lambda_function import processing_handler

__all__ = ["ErrorName", "JobError", "processing_handler"]


def __getattr__(name: str) -> Any:
    # Imported when asked for: a container's worker must hold its signals before anything slow, and
    # the dispatcher needs nothing of a job's side.
    if name == "processing_handler":
        from activity_dispatch.worker.lambda_function import processing_handler

        return processing_handler
    if name in __all__:
        from activity_dispatch.domain import outcomes as errors

        return getattr(errors, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
