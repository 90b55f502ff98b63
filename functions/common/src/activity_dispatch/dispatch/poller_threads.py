"""The poller's threads: each polls one activity in a loop."""

import logging
import random
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.backends.base import Backend, InvalidBackendConfig
from activity_dispatch.dispatch.rate_limiter import NoPermit
from activity_dispatch.dispatch.taker import OutOfTime, Taker, unlimited
from activity_dispatch.domain.activities import Activity
from activity_dispatch.lifecycle.starter import Starter
from activity_dispatch.observe.log_keys import activity_name, log_keys
from activity_dispatch.store.catalog import ActivityCatalog
from activity_dispatch.store.dispatch_queue import RequestsNotSent

LOG = logging.getLogger(__name__)

MAX_PAUSE_SECONDS = 30.0
# Of all activities together, whoever described them: each poll takes a thread and a connection.
MAX_POLLS = 400
PACED_SECONDS = 1.0


@dataclass(kw_only=True)
class PollingThreads:
    """Runs `pollers` threads for each polled activity, `max_polls` at most.

    A freed slot is used within `slot_seconds`. `seconds_left` is the time in which polls may begin.
    """

    taker: Taker
    starter: Starter
    backend_of: Callable[[Activity], Backend]
    activities: ActivityCatalog
    slot_seconds: float = 1.0
    max_polls: int = MAX_POLLS
    seconds_left: Callable[[], float] = unlimited
    jitter: Callable[[float, float], float] = random.uniform
    _wanted: Mapping[str, Activity] = field(default_factory=dict, init=False)
    _shares: Mapping[str, int] = field(default_factory=dict, init=False)
    _threads: dict[tuple[str, int], threading.Thread] = field(default_factory=dict, init=False)
    _turns: defaultdict[str, threading.Lock] = field(
        default_factory=lambda: defaultdict(threading.Lock), init=False
    )
    _stopped: threading.Event = field(default_factory=threading.Event, init=False)
    _counts: Counter[str] = field(default_factory=Counter, init=False)
    _counting: threading.Lock = field(default_factory=threading.Lock, init=False)

    def keep(self, wanted: Mapping[str, Activity]) -> None:
        """Poll these activities, keyed by ARN, from now on; other threads end after their current poll."""
        shares = shares_of({arn: activity.pollers for arn, activity in wanted.items()}, self.max_polls)
        if less := [arn for arn, share in shares.items() if share < wanted[arn].pollers]:
            LOG.error("more than %d polls are wanted; fewer than wanted for %s", self.max_polls, less)
        self._wanted, self._shares = wanted, shares
        for arn, share in shares.items():
            for number in range(share):
                thread = self._threads.get((arn, number))
                if thread is None or not thread.is_alive():
                    self._threads[arn, number] = self._begin(arn, number)

    def stop(self) -> None:
        """Begin no more polls; wait for current ones (up to 70 s) and for the starts of their jobs."""
        self._stopped.set()
        for thread in self._threads.values():
            thread.join()

    def poll(self, activity: Activity) -> str:
        """Poll once and start the job of the task; return the result's name.

        Raises ClientError, BotoCoreError, RequestsNotSent and InvalidBackendConfig.
        """
        # Before the poll: an invalid configuration must not cost a task.
        backend = self.backend_of(activity)
        self.activities.keep(activity)
        # In short turns, so that `stop` need not wait for the slowest pace.
        if not self.taker.pace.wait(PACED_SECONDS):
            self._stopped.wait(PACED_SECONDS)
            return "PACED"
        # One thread at a time asks for a slot: while none is free, that is one write a second.
        with self._turns[activity.arn]:
            permit = self.taker.rates.take(activity, comes_again=False)
            if isinstance(permit, NoPermit):
                self._stopped.wait(PACED_SECONDS)
                return "PACED"
            poll_id = None if self._stopped.is_set() else self.taker.reserve(activity)
            if poll_id is None:
                self._stopped.wait(self.slot_seconds)
                return "NO_SLOT"
        try:
            task = self.taker.poll(activity, poll_id, self.seconds_left, permit)
        except OutOfTime as error:
            LOG.warning("%s: not polled: %s", activity.arn, error)
            self._stopped.wait(self.slot_seconds)
            return "OUT_OF_TIME"
        if task is None:
            return "NO_TASK"
        return self.starter.start(activity, backend, task).name

    def counts(self) -> Mapping[str, int]:
        """Return how many polls had which result: started, refused, no task, no slot, paced, failed."""
        with self._counting:
            return dict(self._counts)

    def _begin(self, arn: str, number: int) -> threading.Thread:
        # A daemon: a stuck thread must not keep the process alive.
        thread = threading.Thread(target=self._run, args=(arn, number), name=f"poll-{number}", daemon=True)
        thread.start()
        return thread

    def _run(self, arn: str, number: int) -> None:
        failures = 0
        while (activity := self._activity(arn, number)) is not None:
            try:
                with log_keys(activity=activity_name(activity.arn)):
                    result = self.poll(activity)
                failures = 0
            except (ClientError, BotoCoreError, RequestsNotSent, InvalidBackendConfig) as error:
                LOG.warning("%s: poll failed, will be retried: %s", arn, error)
                result, failures = "FAILED", failures + 1
            except Exception:
                # An error must not end the thread: its activity would no longer be polled.
                LOG.exception("%s: unexpected error", arn)
                result, failures = "FAILED", failures + 1
            self._count(result)
            if failures:
                self._stopped.wait(self.jitter(1.0, min(MAX_PAUSE_SECONDS, 2.0**failures)))

    def _activity(self, arn: str, number: int) -> Activity | None:
        """Return the activity's current settings, None if this thread has to end."""
        activity = self._wanted.get(arn)
        if activity is None or number >= self._shares.get(arn, 0) or self._stopped.is_set():
            return None
        return activity

    def _count(self, result: str) -> None:
        with self._counting:
            self._counts[result] += 1


def shares_of(wanted: Mapping[str, int], limit: int) -> Mapping[str, int]:
    """Divide `limit`: each gets what it wants, or as much as any other that gets less than it wants."""
    shares, left = dict[str, int](), limit
    for arn in sorted(wanted, key=lambda arn: (wanted[arn], arn)):
        shares[arn] = max(0, min(wanted[arn], left // (len(wanted) - len(shares))))
        left -= shares[arn]
    return shares
