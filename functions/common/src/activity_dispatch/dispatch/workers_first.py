"""Hybrid activities: workers that poll the activity themselves get a head start on each task.

A poll cannot be used to check for leftover tasks: it lasts a minute, and would get new tasks before the
workers do. So the history of the requesting execution is read first.
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
from activity_dispatch.stepfunctions.history import history_of, scheduled_tasks

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

LOG = logging.getLogger(__name__)

# A request is sent just before its task is scheduled, so the delayed request arrives this much too early.
EARLY_SECONDS = 0.5
# The longest time between a request and the scheduling of its task.
LATE_SECONDS = 60.0
RETRY_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class WorkersFirst:
    """Decides when a request's task may be taken; `clock` gives seconds since 1970."""

    stepfunctions: "SFNClient"
    clock: Callable[[], float] = time.time

    def wait_seconds(self, activity: Activity, request: DispatchRequest) -> float | None:
        """Return in how many seconds a task may be taken for the request; None if workers took it.

        Also 0 if the history cannot be read: a task taken too early is better than one that waits.
        Raises ClientError when AWS throttles or is unavailable, and BotoCoreError.
        """
        after = activity.overflow_after_seconds
        if not after or request.requested_by is None:
            return 0.0
        try:
            return self._wait_seconds(activity.arn, request, request.requested_by, after)
        except ClientError as error:
            if classify(error) in (ErrorKind.THROTTLED, ErrorKind.UNAVAILABLE):
                raise
            LOG.error("%s: polling without knowing which tasks workers took: %s", activity.arn, error)
            return 0.0

    def _wait_seconds(
        self, activity_arn: str, request: DispatchRequest, execution_arn: str, after: int
    ) -> float | None:
        now, asked_at = self.clock(), request.requested_at
        tasks = scheduled_tasks(history_of(self.stepfunctions, execution_arn), activity_arn)
        # Tasks that the execution scheduled much later have their own requests.
        left = [at for at in tasks.left if asked_at is None or at <= asked_at + LATE_SECONDS]
        if left:
            return max(0.0, min(left) + after - EARLY_SECONDS - now)
        if asked_at is None or any(at >= asked_at - EARLY_SECONDS for at in tasks.all):
            return None
        # The task is not scheduled yet, or never will be.
        return RETRY_SECONDS if now < asked_at + after + LATE_SECONDS else None
