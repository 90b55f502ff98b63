"""Turn a Step Functions activity into an active trigger.

The public API: `processing_handler` makes a plain function into a Lambda function that processes
tasks, `JobError` lets it name its own error. Everything else serves the dispatcher.
"""

from activity_dispatch.errors import ErrorName, JobError
from activity_dispatch.processing import processing_handler

__all__ = ["ErrorName", "JobError", "processing_handler"]
