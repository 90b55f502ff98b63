"""Calls a user's function as a job: what it returns or raises becomes the task's outcome."""

import json
import logging
from collections.abc import Callable
from typing import Any

from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, JobError, Outcome, Succeeded
from activity_dispatch.worker.interruption import Interrupted, Interrupter

LOG = logging.getLogger(__name__)


def call(
    function: Callable[[], Any], interrupter: Interrupter, *, on_armed: Callable[[], object] = lambda: None
) -> Outcome | None:
    """Return the function's outcome, a failure with only a message in its cause; None: interrupted.

    The result is what `json.dumps` takes, without NaN. What the function raises is `Job.Failed`, a
    JobError has its own name. `on_armed` is called as soon as the function can be interrupted.
    """
    try:
        with interrupter.interruptible():
            on_armed()
            result = function()
    except Interrupted:
        LOG.warning("the function was interrupted")
        return None
    except BaseException as error:
        # Also SystemExit and the like: whatever ends the function, the task must get its outcome.
        LOG.exception("the function raised")
        name = error.error if isinstance(error, JobError) else ErrorName.JOB_FAILED
        return Failed(error=name, cause=Cause(message=f"{type(error).__name__}: {error}"))
    try:
        return Succeeded(output=json.dumps(result, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        cause = Cause(message=f"the function's result is not JSON: {error}")
        return Failed(error=ErrorName.JOB_INVALID_OUTPUT, cause=cause)
