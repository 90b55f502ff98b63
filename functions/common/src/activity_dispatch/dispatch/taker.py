"""Takes tasks off activities: the step that dispatcher and poller share."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.polls import new_poll_id, worker_name
from activity_dispatch.domain.tasks import Task
from activity_dispatch.lifecycle.slots import Slots

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


@dataclass(frozen=True, kw_only=True)
class Taker:
    """Reserves a slot, if the activity has a limit, and polls; safe to use from many threads.

    `poller` identifies the poller in an execution's history; `clock` gives seconds since 1970. With
    `waits_for_slot` a request that finds no free slot is counted, and sent again when there is one.
    Both methods raise ClientError, BotoCoreError and RequestsNotSent.
    """

    stepfunctions: "SFNClient"
    slots: Slots
    poller: str
    waits_for_slot: bool = True
    clock: Callable[[], float] = time.time

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

    def poll(self, activity: Activity, poll_id: str) -> Task | None:
        """Poll for a task, for up to a minute; without one, free the slot and return None.

        Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html
        """
        holds_slot = activity.max_concurrent_jobs is not None
        taken = False
        try:
            response = self.stepfunctions.get_activity_task(
                activityArn=activity.arn, workerName=worker_name(poll_id, self.poller)
            )
            taken = bool(response.get("taskToken"))
        finally:
            if holds_slot and not taken:
                self.slots.free(activity.arn, poll_id)
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
