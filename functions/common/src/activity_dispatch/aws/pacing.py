"""Retries with full jitter within a time limit, a rate limit for calls, and a pace that throttles slow down.

Source: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
"""

import math
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

# Throttled calls that began together are answered within this time.
ONE_THROTTLE_SECONDS = 1.0


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


@dataclass(kw_only=True)
class Pace:
    """Spaces calls out after throttled ones, for all threads of a process; without a throttle nobody waits.

    Each throttle doubles the time between two calls, from `first_seconds` to `slowest_seconds`; every
    `recovery_seconds` without one halve it. It recovers with time, not with answers: those of polls come
    a minute late. botocore's adaptive mode can't be told when to wait, nor for how long at most.
    """

    first_seconds: float = 0.1
    slowest_seconds: float = 4.0
    recovery_seconds: float = 10.0
    jitter: Callable[[float, float], float] = random.uniform
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _interval: float = field(default=0.0, init=False)
    _slowed_at: float = field(default=-math.inf, init=False)
    _next: float = field(default=-math.inf, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def wait(self, limit_seconds: float) -> bool:
        """Wait for this call's turn; return False at once if that comes later than in `limit_seconds`."""
        with self._lock:
            now = self.clock()
            turn = max(self._next, now)
            if turn - now > max(0.0, limit_seconds):
                return False
            self._next = turn + self.jitter(0.5, 1.5) * self._current(now)
        if turn > now:
            self.sleep(turn - now)
        return True

    def slow_down(self) -> None:
        """A call was throttled. Threads that are throttled together count once."""
        with self._lock:
            now = self.clock()
            if now - self._slowed_at < ONE_THROTTLE_SECONDS:
                return
            doubled = max(self.first_seconds, 2 * self._current(now))
            self._interval, self._slowed_at = min(doubled, self.slowest_seconds), now
            self._next = max(self._next, now + self.jitter(0.5, 1.5) * self._interval)

    def _current(self, now: float) -> float:
        if self._interval == 0.0:
            return 0.0
        seconds = self._interval * 0.5 ** ((now - self._slowed_at) / self.recovery_seconds)
        return seconds if seconds > self.first_seconds / 100 else 0.0
