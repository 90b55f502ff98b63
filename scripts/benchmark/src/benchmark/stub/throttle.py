"""Step Functions' throttle: a bucket of calls that refills at a steady rate.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Bucket:
    """Allows `size` calls at once and `refill` a second; `allowed` and `refused` count them."""

    size: float
    refill: float
    clock: Callable[[], float] = time.monotonic
    allowed: int = field(default=0, init=False)
    refused: int = field(default=0, init=False)
    _left: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin full."""
        self._left, self._at = self.size, self.clock()

    def take(self) -> bool:
        """Take one call; False when none is left."""
        now = self.clock()
        self._left = min(self.size, self._left + (now - self._at) * self.refill)
        self._at = now
        if self._left < 1:
            self.refused += 1
            return False
        self._left -= 1
        self.allowed += 1
        return True

    def empty(self) -> None:
        """Empty the bucket, as after a long burst; count from here."""
        self._left, self._at = 0.0, self.clock()
        self.allowed = self.refused = 0
