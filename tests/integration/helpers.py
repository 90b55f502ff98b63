"""What several of the integration tests need."""

import json
import time
from collections.abc import Callable
from typing import Any

from operations.execution import Ended


def wait_until(condition: Callable[[], Any], seconds: float = 30) -> Any:
    """Return what the condition gives once it is true; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)
    return found


def cause_of(ended: Ended) -> Any:
    """Return the cause of a failed execution, which is JSON."""
    assert ended.cause is not None
    return json.loads(ended.cause)
