"""What a container's exit code means, on any container service."""

import json
import signal
from dataclasses import replace

from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Outcome, Succeeded

_SIGNAL_BASE = 128
# ECS and Batch begin the reason with it if a container was killed for its memory use.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
_OUT_OF_MEMORY = "OutOfMemoryError"


def outcome_of_exit(cause: Cause) -> Outcome:
    """Return the outcome of a container that ran and exited with `cause.exit_code`.

    A success has the output `{"exit_code": 0, "job_id": ...}`.
    """
    if cause.exit_code == 0:
        return Succeeded(output=json.dumps({"exit_code": 0, "job_id": cause.job_id}))
    return failure_of_exit(cause)


def failure_of_exit(cause: Cause) -> Failed:
    """Return the outcome of a container that exited, in a job that its service calls failed, even with 0."""
    if cause.message.startswith(_OUT_OF_MEMORY):
        return Failed(error=ErrorName.JOB_OUT_OF_MEMORY, cause=cause)
    error = ErrorName.JOB_FAILED
    if cause.exit_code == _SIGNAL_BASE + signal.SIGTERM:
        error = ErrorName.JOB_INTERRUPTED
    return Failed(error=error, cause=replace(cause, message=f"{_describe(cause.exit_code)}: {cause.message}"))


def _describe(exit_code: int | None) -> str:
    number = (exit_code or 0) - _SIGNAL_BASE
    if number in {known.value for known in signal.Signals}:
        return f"killed by {signal.Signals(number).name}"
    return f"exit code {exit_code}"
