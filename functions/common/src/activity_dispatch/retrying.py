"""Tries again what may pass, with full jitter and within a time limit.

Source: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Retrying:
    """Waits a random time of up to `base_seconds` x 2^attempt, at most `cap_seconds`, in between."""

    limit_seconds: float = 12.0
    base_seconds: float = 0.2
    cap_seconds: float = 4.0
    jitter: Callable[[float, float], float] = random.uniform
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def call[T](self, attempt: Callable[[], T], *, again: Callable[[T], bool]) -> T:
        """Return the first result that `again` does not want again, or the last within the limit."""
        end, number = self.clock() + self.limit_seconds, 0
        while True:
            result = attempt()
            wait = self.jitter(0, min(self.cap_seconds, self.base_seconds * 2**number))
            if not again(result) or self.clock() + wait > end:
                return result
            self.sleep(wait)
            number += 1
