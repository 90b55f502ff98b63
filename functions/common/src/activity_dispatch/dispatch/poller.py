"""The poller: continuously polls the activities whose wake-up mode is `poll`.

A schedule invokes it every minute. One invocation at a time holds the lease and polls, for as long
as a function may run, and hands over to the next before its time is up.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.dispatch.assembly import make_taker
from activity_dispatch.dispatch.batch import START_SECONDS
from activity_dispatch.dispatch.lease import Lease
from activity_dispatch.dispatch.poller_threads import PollingThreads
from activity_dispatch.domain.limits import POLL_READ_TIMEOUT_SECONDS
from activity_dispatch.observe.metrics import NO_METRICS, Metrics
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.store.leases import LeaseStore
from activity_dispatch.store.task_table import TaskTable

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Times:
    """When an invocation does what, in seconds.

    With `hand_over` left it gives the lease back and goes on polling until the next invocation has it,
    which the schedule starts within a minute. With `stop` left it begins no more polls: one may take
    70 s, and its task has to be started after that. Every `refresh` it reads the activities.
    """

    hand_over: float = 220.0
    stop: float = 95.0
    refresh: float = 30.0


@dataclass(frozen=True, kw_only=True)
class Poller:
    """Polls while it holds the lease. `clock` is monotonic, in seconds."""

    tasks: TaskTable
    lease: Lease
    threads: PollingThreads
    times: Times = Times()
    metrics: Metrics = NO_METRICS
    clock: Callable[[], float] = time.monotonic

    def run(self, seconds_left: Callable[[], float]) -> Mapping[str, int]:
        """Poll until the time is nearly up, unless another invocation does; return the counts of results.

        `seconds_left` returns the seconds until Lambda ends the invocation.
        Raises ClientError and BotoCoreError if the lease cannot be taken or given back.
        """
        if not self.lease.take_over():
            LOG.info("another invocation is polling")
            return {}
        self.threads.seconds_left = lambda: seconds_left() - POLL_READ_TIMEOUT_SECONDS - START_SECONDS
        try:
            self._poll_on(seconds_left)
        finally:
            self.threads.stop()
            self.lease.give_back()
            self.metrics.flush()
        return self.threads.counts()

    def _poll_on(self, seconds_left: Callable[[], float]) -> None:
        refresh_at, is_given_back = self.clock(), False
        while (left := seconds_left()) > self.times.stop:
            if self.clock() >= refresh_at:
                self._refresh()
                self.metrics.flush()
                refresh_at = self.clock() + self.times.refresh
            try:
                if left > self.times.hand_over:
                    if not self.lease.take():
                        LOG.warning("the lease was not renewed in time: another invocation is polling now")
                        return
                elif not is_given_back:
                    self.lease.give_back()
                    is_given_back = True
                elif self.lease.is_taken_by_another():
                    return
            except (ClientError, BotoCoreError) as error:
                LOG.warning("the lease could not be updated, will be retried: %s", error)
            self.lease.sleep(self.lease.renew_seconds)

    def _refresh(self) -> None:
        try:
            served = self.tasks.served_activities()
        except (ClientError, BotoCoreError) as error:
            LOG.warning("the activities could not be read, will be retried: %s", error)
            return
        self.threads.keep({each.arn: each for each in served if each.is_polled})


def make_poller(runtime: Runtime, leases: LeaseStore, *, holder: str, poller: str) -> Poller:
    """Compose the poller; `holder` identifies its invocation in the lease."""
    return Poller(
        tasks=runtime.tasks,
        lease=Lease(store=leases, name="poller", holder=holder),
        threads=make_polling_threads(runtime, poller),
        metrics=runtime.metrics,
    )


def make_polling_threads(runtime: Runtime, poller: str, *, slot_seconds: float = 1.0) -> PollingThreads:
    """Compose the poller's threads; a thread without a slot asks for one every `slot_seconds`."""
    return PollingThreads(
        taker=make_taker(runtime, poller, waits_for_slot=False),
        starter=runtime.starter,
        backend_of=runtime.backend_of,
        activities=runtime.activities,
        slot_seconds=slot_seconds,
    )
