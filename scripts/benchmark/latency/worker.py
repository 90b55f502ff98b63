"""The function whose first line is waited for."""

import functools
import json
import time
from typing import Any

import boto3

from activity_dispatch import processing_handler


@processing_handler
def behind_activity(_job_input: Any) -> dict[str, float]:
    """Tell when this line ran, in seconds since 1970."""
    return {"at": time.time()}


def behind_callback(event: dict[str, Any], _context: object) -> None:
    """Tell when this line ran, as a function that Step Functions invokes has to do it itself."""
    output = json.dumps({"at": time.time()})
    _stepfunctions().send_task_success(taskToken=event["task_token"], output=output)


@functools.cache
def _stepfunctions() -> Any:
    return boto3.client("stepfunctions")
