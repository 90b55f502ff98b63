"""Hybrid: what workers that poll the same activity have left of the time that they were given.

A poll can't be made for a look only: it lasts a minute, and would be given new tasks before the
workers. So the history of the execution that asked is read first.
Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from activity_dispatch.aws.errors import ErrorKind, classify
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.requests import DispatchRequest
from activity_dispatch.stepfunctions.history import _EXECUTION_ENDS

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

LOG = logging.getLogger(__name__)

# A request is sent just before its task is scheduled, and comes back too early by so much.
EARLY_SECONDS = 0.5
# The longest that Step Functions may take from the request to its task.
LATE_SECONDS = 60.0
AGAIN_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class WorkersFirst:
    """Tells whether a request's task may be taken; `clock` gives seconds since 1970."""

    stepfunctions: "SFNClient"
    clock: Callable[[], float] = time.time

    def wait_seconds(self, activity: Activity, request: DispatchRequest) -> float | None:
        """Return in how many seconds a task may be taken for the request; None: workers have taken it.

        0 also when nobody can tell: a task that is taken too early is better than one that waits.
        Raises ClientError when AWS asks to come back later, and BotoCoreError.
        """
        after = activity.overflow_after_seconds
        if not after or request.requested_by is None:
            return 0.0
        try:
            return self._wait_seconds(activity.arn, request, request.requested_by, after)
        except ClientError as error:
            if classify(error) in (ErrorKind.THROTTLED, ErrorKind.UNAVAILABLE):
                raise
            LOG.error("%s: polled without a look at what workers have taken: %s", activity.arn, error)
            return 0.0

    def _wait_seconds(
        self, activity_arn: str, request: DispatchRequest, execution_arn: str, after: int
    ) -> float | None:
        now, asked_at = self.clock(), request.requested_at
        scheduled, left = self._scheduled(activity_arn, execution_arn)
        # Those that the execution scheduled much later have requests of their own.
        left = [at for at in left if asked_at is None or at <= asked_at + LATE_SECONDS]
        if left:
            return max(0.0, min(left) + after - EARLY_SECONDS - now)
        if asked_at is None or any(at >= asked_at - EARLY_SECONDS for at in scheduled):
            return None
        # It is not scheduled yet, or never will be.
        return AGAIN_SECONDS if now < asked_at + after + LATE_SECONDS else None

    def _scheduled(self, activity_arn: str, execution_arn: str) -> tuple[list[float], list[float]]:
        """Return when tasks of the activity were scheduled: all of them, and those nobody has taken."""
        scheduled: dict[int, float] = {}
        left: dict[int, float] = {}
        pages = self.stepfunctions.get_paginator("get_execution_history").paginate(
            executionArn=execution_arn, includeExecutionData=False, PaginationConfig={"PageSize": 1000}
        )
        for page in pages:
            for event in page["events"]:
                # Its start, or its end without one, names its scheduling as the event before.
                left.pop(event.get("previousEventId", 0), None)
                if event.get("activityScheduledEventDetails", {}).get("resource") == activity_arn:
                    left[event["id"]] = scheduled[event["id"]] = event["timestamp"].timestamp()
                elif event["type"] in _EXECUTION_ENDS:
                    left.clear()
        return list(scheduled.values()), list(left.values())
