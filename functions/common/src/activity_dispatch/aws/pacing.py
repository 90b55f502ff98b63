"""Tries again what may pass, with full jitter and within a time limit.

Source: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


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


@dataclass(kw_only=True)
class RateLimit:
    """Lets `per_second` calls begin each second, in even steps; for many threads.

    After a pause `burst` of them may begin at once.
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
