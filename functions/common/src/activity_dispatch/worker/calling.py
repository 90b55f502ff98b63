"""Calls a user's function as a job and turns its result or exception into the task's outcome."""

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
    """Call the function; return its outcome, or None if it was interrupted.

    The result must be accepted by `json.dumps`, without NaN. An exception fails the task as `Job.Failed`, a
    JobError under its own name; the cause holds only a message. `on_armed` is called as soon as the
    function can be interrupted.
    """
    try:
        with interrupter.interruptible():
            on_armed()
            result = function()
    except Interrupted:
        LOG.warning("the function was interrupted")
        return None
    except BaseException as error:
        # SystemExit and the like too: however the function ends, the task must get its outcome.
        LOG.exception("the function raised an exception")
        name = error.error if isinstance(error, JobError) else ErrorName.JOB_FAILED
        return Failed(error=name, cause=Cause(message=f"{type(error).__name__}: {error}"))
    try:
        return Succeeded(output=json.dumps(result, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        cause = Cause(message=f"the function's result is not JSON: {error}")
        return Failed(error=ErrorName.JOB_INVALID_OUTPUT, cause=cause)
