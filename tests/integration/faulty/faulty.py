"""A processing function that does as its input says."""

import logging
import os
import signal
import time
import uuid
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from activity_dispatch import JobError, processing_handler

LOG = logging.getLogger(__name__)


def _answer_to(update: dict[str, Any]) -> str:
    """Update an item of the task table with the function's role; return the error's code, if any."""
    try:
        boto3.client("dynamodb").update_item(TableName=os.environ["TASK_TABLE"], **update)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "done"


def _span(seconds: float, meeting: dict[str, Any] | None = None) -> list[float]:
    """Take a while, and not before so many jobs have come to a meeting: then they ran at the same time."""
    begin = time.time()
    if meeting:
        folder = Path(meeting["folder"])
        (folder / uuid.uuid4().hex).touch()
        while len(list(folder.iterdir())) < meeting["jobs"]:
            time.sleep(0.1)
    time.sleep(seconds)
    return [begin, time.time()]


def _content(file: Path, after: str | None) -> str:
    """Wait for a file, and read the other. Files are the tests': functions run here as processes."""
    while after and not Path(after).exists():
        time.sleep(0.1)
    if not file.exists():
        raise JobError("Not.Ready", f"there is no {file}")
    return file.read_text()


def _slept(seconds: float) -> str:
    time.sleep(seconds)
    LOG.info("slept for %s s", seconds)
    return "slept"


@processing_handler
def handle(job_input: Any) -> Any:  # noqa: C901 (a line for each)
    """Return, raise, sleep, exit or get a signal."""
    LOG.info("asked for %s", job_input)
    match job_input:
        case {"return": value}:
            return value if value != "a set" else {value}
        case {"time": _}:
            return time.time()
        case {"span": seconds}:
            return _span(seconds, job_input.get("meeting"))
        case {"turn": seconds}:
            # The header counts the invocations of a chain.
            return [*_span(seconds), os.environ["_X_AMZN_TRACE_ID"]]
        case {"return_bytes": size}:
            return "x" * (size - 2)
        case {"raise": message}:
            raise ValueError(message)
        case {"raise_error": error, "message": message}:
            raise JobError(error, message)
        case {"needs_file": path}:
            return _content(Path(path), job_input.get("after"))
        case {"sleep": seconds}:
            return _slept(seconds)
        case {"updates": updates}:
            return [_answer_to(update) for update in updates]
        case {"exit": code}:
            os._exit(code)
        case {"signal": name}:
            os.kill(os.getpid(), signal.Signals[name])
    return None
