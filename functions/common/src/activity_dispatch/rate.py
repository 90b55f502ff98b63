"""Keeps calls within a rate."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


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
