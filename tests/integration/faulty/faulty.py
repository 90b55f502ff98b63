"""A processing function that does as its input says."""

import logging
import os
import signal
import time
from typing import Any

from activity_dispatch import JobError, processing_handler

LOG = logging.getLogger(__name__)


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
            begin = time.time()
            time.sleep(seconds)
            return [begin, time.time()]
        case {"return_bytes": size}:
            return "x" * (size - 2)
        case {"raise": message}:
            raise ValueError(message)
        case {"raise_error": error, "message": message}:
            raise JobError(error, message)
        case {"sleep": seconds}:
            time.sleep(seconds)
            LOG.info("slept for %s s", seconds)
            return "slept"
        case {"exit": code}:
            os._exit(code)
        case {"signal": name}:
            os.kill(os.getpid(), signal.Signals[name])
    return None
