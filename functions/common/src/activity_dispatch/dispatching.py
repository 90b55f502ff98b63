"""The dispatcher: takes scheduled tasks off activities and starts their jobs."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.activities import Activity, ActivityCatalog, InvalidActivity
from activity_dispatch.backends.base import Backend, InvalidBackendConfig
from activity_dispatch.log_keys import activity_name, log_keys
from activity_dispatch.metrics import NO_METRICS, Metric, Metrics
from activity_dispatch.polls import new_poll_id, worker_name
from activity_dispatch.requests import DispatchRequest, InvalidRequest, RequestsNotSent
from activity_dispatch.slots import Slots
from activity_dispatch.starting import Started, Starter
from activity_dispatch.tasks import Task

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

LOG = logging.getLogger(__name__)


class Result(Enum):
    """What became of a dispatch request."""

    STARTED = auto()  # a job runs
    REFUSED = auto()  # the task is settled as a failure: it could not be started
    NO_TASK = auto()  # the poll came back empty
    WAITING = auto()  # no slot is free: the request comes again when one is
    DROPPED = auto()  # the request is malformed
    RETRY = auto()  # nothing was taken off the activity: try the request again


@dataclass(frozen=True, kw_only=True)
class Dispatcher:
    """Handles dispatch requests; safe to use from many threads.

    `poller` says in an execution's history who polled; `clock` gives seconds since 1970.
    """

    stepfunctions: "SFNClient"
    activities: ActivityCatalog
    slots: Slots
    starter: Starter
    backend_of: Callable[[Activity], Backend]
    poller: str
    clock: Callable[[], float] = time.time
    metrics: Metrics = NO_METRICS

    def handle(self, body: str) -> Result:
        """Take one task for a dispatch request and start its job. Raises nothing expected."""
        try:
            request = DispatchRequest.from_json(body)
        except InvalidRequest as error:
            LOG.error("dispatch request dropped: %s; body: %.500s", error, body)
            self.metrics.put(Metric.DISPATCH_ERRORS, 1, reason=Result.DROPPED.name)
            return Result.DROPPED
        with log_keys(activity=activity_name(request.activity_arn), requested_by=request.requested_by):
            return self._handle(request)

    def _handle(self, request: DispatchRequest) -> Result:
        try:
            return self._dispatch(request)
        except (ClientError, BotoCoreError, RequestsNotSent) as error:
            LOG.warning("%s: will be tried again: %s", request.activity_arn, error)
            return Result.RETRY
        except (InvalidActivity, InvalidBackendConfig) as error:
            LOG.error("%s: configuration is wrong, nothing taken: %s", request.activity_arn, error)
            self.metrics.put(Metric.DISPATCH_ERRORS, 1, reason=type(error).__name__)
            return Result.RETRY

    def _dispatch(self, request: DispatchRequest) -> Result:
        activity = self.activities.find(request.activity_arn)
        if activity is None:
            LOG.error("%s: no activity of this stack; it may be being deployed", request.activity_arn)
            return Result.RETRY
        # Before the poll: a configuration that is wrong must not cost a task.
        backend = self.backend_of(activity)
        poll_id = new_poll_id(self.clock())
        limit = activity.max_concurrent_jobs
        if limit is not None and not self.slots.reserve(activity.arn, poll_id, limit):
            LOG.info("%s: no slot of %d is free", activity.arn, limit)
            return Result.WAITING
        task = self._poll(activity, poll_id)
        if task is None:
            LOG.info("%s: no task within the poll", activity.arn)
            return Result.NO_TASK
        if request.stray:
            self._look_for_more(request)
        if self.starter.start(activity, backend, task) is not Started.STARTED:
            return Result.REFUSED
        if request.requested_at is not None:
            latency = max(0.0, self.clock() - request.requested_at) * 1000
            self.metrics.put(Metric.DISPATCH_LATENCY, latency, activity=activity.name)
        return Result.STARTED

    def _poll(self, activity: Activity, poll_id: str) -> Task | None:
        """Take a task; without one the slot is free again."""
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
            # Half a character is written as JSON does: no text may have one, an input can.
            input=response.get("input", "null").encode(errors="backslashreplace").decode(),
            heartbeat_seconds=activity.heartbeat_seconds,
            poll_id=poll_id,
            holds_slot=holds_slot,
        )

    def _look_for_more(self, request: DispatchRequest) -> None:
        try:
            self.slots.queue.send(request)
        except (ClientError, BotoCoreError, RequestsNotSent) as error:
            LOG.warning("%s: the next look for strays is the reconciler's: %s", request.activity_arn, error)
