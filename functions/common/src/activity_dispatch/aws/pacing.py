"""Retries with full jitter within a time limit, and a rate limit for calls.

Source: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Retrying:
    """Waits for a random time between attempts: up to `base_seconds` x 2^attempt, at most `cap_seconds`."""

    limit_seconds: float = 12.0
    base_seconds: float = 0.2
    cap_seconds: float = 4.0
    jitter: Callable[[float, float], float] = random.uniform
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def call[T](self, attempt: Callable[[], T], *, again: Callable[[T], bool]) -> T:
        """Return the first result for which `again` is false, or the last within `limit_seconds`."""
        end, number = self.clock() + self.limit_seconds, 0
        while True:
            result = attempt()
            wait = self.jitter(0, min(self.cap_seconds, self.base_seconds * 2**number))
            if not again(result) or self.clock() + wait > end:
                return result
            self.sleep(wait)
            number += 1


@dataclass(kw_only=True)
class RateLimit:
    """Lets `per_second` calls start per second, evenly spaced; thread-safe.

    After a pause, `burst` of them may start at once.
    """

    per_second: float
    burst: int = 1
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _next: float = field(default=0.0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def wait(self) -> None:
        """Wait for this call's turn."""
        with self._lock:
            now = self.clock()
            turn = max(self._next, now - (self.burst - 1) / self.per_second)
            self._next = turn + 1 / self.per_second
        if turn > now:
            self.sleep(turn - now)
