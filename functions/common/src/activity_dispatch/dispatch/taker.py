"""Takes tasks off activities: the step that dispatcher and poller share."""

import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.aws.errors import error_code, is_throttle
from activity_dispatch.aws.pacing import Pace
from activity_dispatch.dispatch.rate_limiter import Permit, RateLimiter
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.polls import new_poll_id, poll_time, worker_name
from activity_dispatch.domain.pools import PoolRoom
from activity_dispatch.domain.tasks import Task
from activity_dispatch.lifecycle.pools import Pools
from activity_dispatch.lifecycle.slots import Slots

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

LOG = logging.getLogger(__name__)

# From a poll's id, whose time says how old its slot is, to the poll. The reconciler frees a slot without a
# task after `Patience.start`, 180 s. These 20 s, at most 5 s for each of a few addresses to connect to, 70 s
# for the answer and 51 s to record the task (see `aws.clients`) add up to less. Waiting for a connection
# adds nothing: botocore opens one more if all of its pool are in use.
MAX_RESERVING_SECONDS = 20.0
NO_LIMIT = Permit()
# It is one activity's limit: other activities need not wait, and this one's requests have their own pauses.
WORKER_LIMIT = "ActivityWorkerLimitExceeded"


class OutOfTime(Exception):
    """There is no time left to poll and to start a job; no task was taken and no slot is held."""


def unlimited() -> float:
    """Return the seconds left of a process that does not end."""
    return math.inf


@dataclass(frozen=True, kw_only=True)
class Taker:
    """Waits for its turn, reserves a slot, if the activity has a limit, and polls; for many threads.

    `poller` identifies the poller in an execution's history; `clock` gives seconds since 1970. With
    `waits_for_slot` a request that finds no free slot is counted, and sent again when there is one.
    `pace` is shared by all threads: waiting is done before a slot is reserved, never with one.
    `reserve` and `poll` raise ClientError, BotoCoreError and RequestsNotSent.
    """

    stepfunctions: "SFNClient"
    slots: Slots
    pools: Pools
    rates: RateLimiter
    poller: str
    waits_for_slot: bool = True
    clock: Callable[[], float] = time.time
    pace: Pace = field(default_factory=Pace)

    def reserve(
        self,
        activity: Activity,
        *,
        is_missed: bool = False,
        before_waiting: Callable[[], None] = lambda: None,
    ) -> str | None:
        """Reserve a slot and room in the pool; return the id of the poll that may be made now.

        None: not both are free, and none is held. `before_waiting` is called before the request is counted
        as waiting, for either. A poll for missed tasks, `is_missed`, does not wait for its pool. Raises
        InvalidActivity if the stack has no such pool.
        """
        poll_id = new_poll_id(self.clock())
        waits = self.waits_for_slot and not (is_missed and activity.pool is not None)
        # The activity's own first: who waits for it upholds nothing that others could use.
        has_slot = self._reserve_slot(activity, poll_id, waits=waits, before_waiting=before_waiting)
        if activity.pool is None:
            return poll_id if has_slot else None
        if not has_slot:
            self.pools.decline(activity)
            return None
        return poll_id if self._reserve_room(activity, poll_id, is_missed, before_waiting) else None

    def _reserve_room(
        self, activity: Activity, poll_id: str, is_missed: bool, before_waiting: Callable[[], None]
    ) -> bool:
        """Reserve room in the pool, or give back the slot."""
        is_held = False
        try:
            is_held = self.pools.reserve(
                activity,
                poll_id,
                is_missed=is_missed,
                waits=self.waits_for_slot,
                before_waiting=before_waiting,
            )
        finally:
            if not is_held and activity.max_concurrent_jobs is not None:
                self._give_back_slot(activity, poll_id, is_missed)
        return is_held

    def _give_back_slot(self, activity: Activity, poll_id: str, is_missed: bool) -> None:
        if is_missed:
            # It leaves no request in line, whose job would wake those who found the slot in use.
            self.slots.free(activity.arn, poll_id)
        else:
            # This wakes nobody: another request would find the pool as full.
            self.slots.store.give_back(activity.arn, frozenset((poll_id,)))

    def free(self, activity: Activity, poll_id: str, *, answered: bool = False) -> None:
        """Free what a poll without a task holds; `answered` says that its activity had none."""
        is_warm = answered and activity.linger_seconds is not None
        try:
            if activity.max_concurrent_jobs is not None:
                free = self.slots.free_after_none if is_warm else self.slots.free
                free(activity.arn, poll_id)
        finally:
            if activity.pool is not None:
                self.pools.free(activity.arn, PoolRoom(pool=activity.pool, holder=poll_id))

    def _reserve_slot(
        self, activity: Activity, poll_id: str, *, waits: bool, before_waiting: Callable[[], None]
    ) -> bool:
        limit = activity.max_concurrent_jobs
        if limit is None:
            return True
        if waits:
            return self.slots.reserve(activity.arn, poll_id, limit, before_waiting=before_waiting)
        return self.slots.store.take(activity.arn, poll_id, limit)

    def check(self, poll_id: str, seconds_left: Callable[[], float]) -> None:
        """Raise OutOfTime if the poll may no longer begin.

        `seconds_left` is the time in which polls may begin, negative when it is over.
        """
        reserving = self.clock() - poll_time(poll_id)
        if seconds_left() < 0 or reserving > MAX_RESERVING_SECONDS:
            raise OutOfTime(f"{seconds_left():.0f} s left for a poll, {reserving:.0f} s after its beginning")

    def poll(
        self,
        activity: Activity,
        poll_id: str,
        seconds_left: Callable[[], float] = unlimited,
        permit: Permit = NO_LIMIT,
    ) -> Task | None:
        """Poll for a task, for up to a minute; without one, free the slot and return None.

        Raises OutOfTime, as `check` does, after freeing the slot.

        Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html
        """
        taken = answered = False
        try:
            # Last: nothing between this and the request may wait.
            self.check(poll_id, seconds_left)
            response = self.stepfunctions.get_activity_task(
                activityArn=activity.arn, workerName=worker_name(poll_id, self.poller)
            )
            taken, answered = bool(response.get("taskToken")), True
        except ClientError as error:
            self._slow_down(error)
            raise
        finally:
            if not taken:
                self.free(activity, poll_id, answered=answered)
        return self._task(activity, poll_id, permit, response) if taken else None

    def _task(self, activity: Activity, poll_id: str, permit: Permit, response: Mapping[str, Any]) -> Task:
        self._charge(activity, permit)
        return Task(
            activity_arn=activity.arn,
            token=response["taskToken"],
            # A lone surrogate, which JSON may hold and UTF-8 may not, is escaped again.
            input=response.get("input", "null").encode(errors="backslashreplace").decode(),
            heartbeat_seconds=activity.heartbeat_seconds,
            poll_id=poll_id,
            holds_slot=activity.max_concurrent_jobs is not None,
            pool=activity.pool,
            description=activity.fingerprint,
        )

    def _charge(self, activity: Activity, permit: Permit) -> None:
        try:
            self.rates.charge_if_late(activity, permit)
        except (ClientError, BotoCoreError) as error:
            # The task is taken: it must be started.
            LOG.warning("%s: a late start is not counted: %s", activity.arn, error)

    def _slow_down(self, error: ClientError) -> None:
        if is_throttle(error_code(error)) and error_code(error) != WORKER_LIMIT:
            self.pace.slow_down()
