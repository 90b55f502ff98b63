"""Rates: an activity starts at most `max_starts_per_second` jobs, whoever takes its tasks.

A token bucket as a time (GCRA): each start moves the time of the next one on. All dispatchers and the poller
share it in the task table. A start that is near is granted at once, and waited for; a request for which none
is near goes back to the queue for a while, as a new message: its deliveries are not used up.
"""

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from activity_dispatch.domain.activities import Activity
from activity_dispatch.store.rates import Mark, RateStore
from activity_dispatch.store.slots import new_change

# What a pause saves up: this many seconds' starts may begin at once, or one.
BURST_SECONDS = 0.5
# A thread waits no longer than this for its start.
NEAR_SECONDS = 2.0
# SQS delays a message by 900 s at most. Requests whose turn is later come again within this time.
MAX_DELAY_SECONDS = 900
# Requests come again a little early, and a little more often than starts are granted: none is left unused.
EARLY_SECONDS = 1.0
EARLIER = 0.95
FOREVER = 1e11
# A poll that found its task this much after its start was granted is charged for another one.
LATE_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Permit:
    """A start that was granted for a time, in seconds since 1970; with `at` None, the rate has no limit."""

    at: float | None = None


@dataclass(frozen=True, kw_only=True)
class NoPermit:
    """No start is near; `delay_seconds` is when to ask again."""

    delay_seconds: int


@dataclass(frozen=True, kw_only=True)
class RateLimiter:
    """Grants starts; for many threads. `clock` gives seconds since 1970.

    A start whose poll finds no task, or no slot, is not given back: then none was waiting, or all were in
    use, so nothing could have started in its place. All methods raise ClientError and BotoCoreError.
    """

    store: RateStore
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[float, float], float] = random.uniform
    near_seconds: float = field(default=NEAR_SECONDS)

    def take(self, activity: Activity, *, comes_again: bool = True) -> Permit | NoPermit:
        """Wait for a start if one is near; else tell when to ask again, in turn if the request `comes_again`.

        Never called with a slot held: it waits.
        """
        rate = activity.max_starts_per_second
        if rate is None:
            return Permit()
        now = self.clock()
        saved = (max(1.0, rate * BURST_SECONDS) - 1.0) / rate
        turn = self.store.advance(
            activity.arn,
            Mark.START,
            base=now,
            latest=now + saved + self.near_seconds,
            step=1.0 / rate,
            change=new_change(),
        )
        if turn is None:
            return NoPermit(delay_seconds=self._delay(activity.arn, rate) if comes_again else 1)
        at = max(now, turn - saved)
        if at > now:
            self.sleep(at - now)
        return Permit(at=at)

    def charge_if_late(self, activity: Activity, permit: Permit) -> None:
        """Count a task that came long after its start was granted: polls that wait must not add up."""
        rate, now = activity.max_starts_per_second, self.clock()
        if rate is not None and permit.at is not None and now - permit.at > LATE_SECONDS:
            self.store.advance(
                activity.arn, Mark.START, base=now, latest=FOREVER, step=1.0 / rate, change=new_change()
            )

    def _delay(self, activity_arn: str, rate: float) -> int:
        now = self.clock()
        turn = self.store.advance(
            activity_arn,
            Mark.RETRY,
            base=now + self.near_seconds,
            latest=now + MAX_DELAY_SECONDS,
            step=EARLIER / rate,
            change=new_change(),
        )
        if turn is None:
            return int(self.jitter(MAX_DELAY_SECONDS / 2, MAX_DELAY_SECONDS))
        return max(1, min(MAX_DELAY_SECONDS, math.floor(turn - now - EARLY_SECONDS)))
