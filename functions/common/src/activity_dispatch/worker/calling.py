"""Calls a user's function as a job and turns its result or exception into the task's outcome."""

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Outcome, Succeeded, own_error_name
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

    def armed() -> Any:
        on_armed()
        return function()

    try:
        result = interrupter.run(armed)
    except Interrupted:
        LOG.warning("the function was interrupted")
        return None
    except BaseException as error:
        # SystemExit and the like too: however the function ends, the task must get its outcome.
        trace = _of_the_user(error.__traceback__)
        LOG.error("the function raised an exception", exc_info=(type(error), error, trace))
        return Failed(error=own_error_name(error), cause=Cause(message=_described(error)))
    try:
        return Succeeded(output=json.dumps(result, allow_nan=False))
    except Exception as error:  # noqa: BLE001 (the result's own methods may raise anything)
        cause = Cause(message=f"the function's result is not JSON: {_described(error)}")
        return Failed(error=ErrorName.JOB_INVALID_OUTPUT, cause=cause)


@contextmanager
def traced(traceparent: str | None) -> Iterator[None]:
    """Let the function find its task's trace context in TRACEPARENT, as a container's program does."""
    # An environment of Lambda runs one invocation at a time.
    os.environ.pop("TRACEPARENT", None)
    if traceparent is not None:
        os.environ["TRACEPARENT"] = traceparent
    try:
        yield
    finally:
        os.environ.pop("TRACEPARENT", None)


def _of_the_user(trace: TracebackType | None) -> TracebackType | None:
    """Leave our own frames out: they would take the place of the user's lines in the cause."""
    found = trace
    while found is not None and found.tb_frame.f_globals.get("__name__", "").startswith("activity_dispatch."):
        found = found.tb_next
    return found or trace


def _described(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except Exception as problem:  # noqa: BLE001 (users' exceptions have methods of their own)
        return f"{type(error).__name__}, whose text raises {type(problem).__name__}"
