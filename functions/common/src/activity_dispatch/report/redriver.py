"""Redriven executions: they rerun only what failed, so nothing sends dispatch requests for their tasks.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from activity_dispatch.domain.activities import Activity, InvalidActivity, WakeUp
from activity_dispatch.domain.requests import DispatchRequest
from activity_dispatch.observe.log_keys import log_keys
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.stepfunctions.history import history_of
from activity_dispatch.stepfunctions.reruns import tasks_to_rerun
from activity_dispatch.store.catalog import ActivityCatalog
from activity_dispatch.store.dispatch_queue import RequestSender

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

LOG = logging.getLogger(__name__)

# For one activity. The one that repeats itself finds the tasks beyond these.
MAX_REQUESTS = 100


def redriven_execution(event: Mapping[str, Any]) -> str | None:
    """Return the ARN of an execution whose redrive the event reports; None for other events."""
    detail = event.get("detail")
    if event.get("source") != "aws.states" or not isinstance(detail, Mapping):
        return None
    arn, count = detail.get("executionArn"), detail.get("redriveCount")
    is_redriven = detail.get("status") == "RUNNING" and isinstance(count, int) and count > 0
    return arn if is_redriven and isinstance(arn, str) else None


@dataclass(frozen=True, kw_only=True)
class Redriver:
    """Asks for the tasks of redriven executions. `clock` gives seconds since 1970."""

    stepfunctions: "SFNClient"
    activities: ActivityCatalog
    requests: RequestSender
    clock: Callable[[], float] = time.time

    def ask(self, execution_arn: str) -> int:
        """Send a request for each task that the execution may schedule again; return how many.

        The tasks may be scheduled only now: a poll waits for them for a minute, and one request of each
        activity is repeated while it finds tasks. Raises ClientError, BotoCoreError, RequestsNotSent.
        """
        with log_keys(execution=execution_arn):
            counts = tasks_to_rerun(history_of(self.stepfunctions, execution_arn))
            sent = [self._ask(arn, execution_arn, count) for arn, count in counts.items()]
            LOG.info("%s was redriven: %d requests", execution_arn, sum(sent))
            return sum(sent)

    def _ask(self, activity_arn: str, execution_arn: str, count: int) -> int:
        try:
            activity = self.activities.find(activity_arn)
        except InvalidActivity as error:
            LOG.error("%s: invalid description, no requests: %s", activity_arn, error)
            return 0
        # The poller polls anyway, and the log of a redriven execution shows its tasks like any other's.
        if activity is None or activity.wake_up is not WakeUp.REQUESTS:
            return 0
        request, count = self._request(activity, execution_arn), min(count, MAX_REQUESTS)
        self.requests.send_all([request, *[replace(request, missed=False)] * (count - 1)])
        return count

    def _request(self, activity: Activity, execution_arn: str) -> DispatchRequest:
        # Workers of a hybrid activity have their head start from now on.
        since = self.clock() if activity.overflow_after_seconds else None
        return DispatchRequest(
            activity_arn=activity.arn, missed=True, requested_by=execution_arn, requested_at=since
        )


def make_redriver(runtime: Runtime) -> Redriver:
    """Compose the redriver from the runtime's parts."""
    return Redriver(
        stepfunctions=runtime.clients.stepfunctions,
        activities=runtime.activities,
        requests=runtime.requests,
        clock=runtime.clock,
    )
