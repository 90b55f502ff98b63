"""Takes tasks off activities: the step that dispatcher and poller share."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from activity_dispatch.aws.errors import error_code, is_throttle
from activity_dispatch.aws.pacing import Pace
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.polls import new_poll_id, poll_time, worker_name
from activity_dispatch.domain.tasks import Task
from activity_dispatch.lifecycle.slots import Slots

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

# From a poll's id, whose time says how old its slot is, to the poll. The reconciler frees a slot without a
# task after `Patience.start`, 180 s. These 20 s, at most 5 s for each of a few addresses to connect to, 70 s
# for the answer and 51 s to record the task (see `aws.clients`) add up to less. Waiting for a connection
# adds nothing: botocore opens one more if all of its pool are in use.
MAX_RESERVING_SECONDS = 20.0
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
    poller: str
    waits_for_slot: bool = True
    clock: Callable[[], float] = time.time
    pace: Pace = field(default_factory=Pace)

    def reserve(self, activity: Activity) -> str | None:
        """Reserve a slot; return the id of the poll that may be made now, None if no slot is free."""
        poll_id, limit = new_poll_id(self.clock()), activity.max_concurrent_jobs
        if limit is None:
            return poll_id
        is_free = (
            self.slots.reserve(activity.arn, poll_id, limit)
            if self.waits_for_slot
            else self.slots.store.take(activity.arn, poll_id, limit)
        )
        return poll_id if is_free else None

    def check(self, poll_id: str, seconds_left: Callable[[], float]) -> None:
        """Raise OutOfTime if the poll may no longer begin.

        `seconds_left` is the time in which polls may begin, negative when it is over.
        """
        reserving = self.clock() - poll_time(poll_id)
        if seconds_left() < 0 or reserving > MAX_RESERVING_SECONDS:
            raise OutOfTime(f"{seconds_left():.0f} s left for a poll, {reserving:.0f} s after its beginning")

    def poll(
        self, activity: Activity, poll_id: str, seconds_left: Callable[[], float] = unlimited
    ) -> Task | None:
        """Poll for a task, for up to a minute; without one, free the slot and return None.

        Raises OutOfTime, as `check` does, after freeing the slot.

        Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html
        """
        holds_slot = activity.max_concurrent_jobs is not None
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
            if holds_slot and not taken:
                self._free(activity, poll_id, found_none=answered)
        if not taken:
            return None
        return Task(
            activity_arn=activity.arn,
            token=response["taskToken"],
            # A lone surrogate, which JSON may hold and UTF-8 may not, is escaped again.
            input=response.get("input", "null").encode(errors="backslashreplace").decode(),
            heartbeat_seconds=activity.heartbeat_seconds,
            poll_id=poll_id,
            holds_slot=holds_slot,
            description=activity.fingerprint,
        )

    def _free(self, activity: Activity, poll_id: str, *, found_none: bool) -> None:
        is_warm = found_none and activity.linger_seconds is not None
        free = self.slots.free_after_none if is_warm else self.slots.free
        free(activity.arn, poll_id)

    def _slow_down(self, error: ClientError) -> None:
        if is_throttle(error_code(error)) and error_code(error) != WORKER_LIMIT:
            self.pace.slow_down()
