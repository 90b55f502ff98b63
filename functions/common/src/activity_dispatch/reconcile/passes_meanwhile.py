"""Passes while an invocation of the reconciler waits: waiting ones may use up its concurrency."""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.reconcile.chores import PASS_SECONDS
from activity_dispatch.reconcile.reconciler import CHECK_SECONDS

LOG = logging.getLogger(__name__)

# A pass, and what it has begun when its time is over.
LONGEST_PASS_SECONDS = CHECK_SECONDS + 15.0


@dataclass(kw_only=True)
class PassesMeanwhile:
    """Makes one pass a minute, unless another invocation that waits does: `take_turn` takes a lease.

    The schedule's passes go on beside it, unless there is no concurrency left for them. `make_pass` and
    `take_turn` may raise ClientError and BotoCoreError.
    """

    take_turn: Callable[[], bool]
    make_pass: Callable[[], object]
    clock: Callable[[], float]
    _passed_at: float = field(default=-math.inf, init=False)

    def __call__(self, seconds_left: float) -> None:
        """Make a pass if one is due and there is time for it; raises nothing expected."""
        if seconds_left < LONGEST_PASS_SECONDS or self.clock() - self._passed_at < PASS_SECONDS:
            return
        try:
            if self.take_turn():
                self._passed_at = self.clock()
                self.make_pass()
        except (ClientError, BotoCoreError) as error:
            LOG.warning("no pass while waiting: %s", error)
