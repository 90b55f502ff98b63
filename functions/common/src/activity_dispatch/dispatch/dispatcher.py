"""The dispatcher: takes scheduled tasks off activities and starts their jobs."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.backends.base import Backend, InvalidBackendConfig
from activity_dispatch.dispatch.freed_rooms import FreedRooms
from activity_dispatch.dispatch.next_attempts import NextAttempts
from activity_dispatch.dispatch.rate_limiter import NoPermit
from activity_dispatch.dispatch.results import Result
from activity_dispatch.dispatch.taker import OutOfTime, unlimited
from activity_dispatch.dispatch.task_source import TaskSource
from activity_dispatch.dispatch.workers_first import RETRY_SECONDS, WorkersFirst
from activity_dispatch.domain.activities import Activity, InvalidActivity
from activity_dispatch.domain.requests import DispatchRequest, InvalidRequest
from activity_dispatch.domain.tasks import Task
from activity_dispatch.lifecycle.starter import Started, Starter
from activity_dispatch.observe.log_keys import activity_name, log_keys
from activity_dispatch.observe.metrics import NO_METRICS, Metric, Metrics
from activity_dispatch.stepfunctions.answers import NotAllowed
from activity_dispatch.store.catalog import ActivityCatalog
from activity_dispatch.store.dispatch_queue import RequestSender, RequestsNotSent
from activity_dispatch.store.task_table import InvalidItem

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Dispatcher:
    """Handles dispatch requests; safe to use from many threads. `clock` gives seconds since 1970."""

    activities: ActivityCatalog
    source: TaskSource
    freed_rooms: FreedRooms
    workers_first: WorkersFirst
    starter: Starter
    next_attempts: NextAttempts
    backend_of: Callable[[Activity], Backend]
    requests: RequestSender
    clock: Callable[[], float] = time.time
    metrics: Metrics = NO_METRICS

    def handle(self, body: str, seconds_left: Callable[[], float] = unlimited) -> Result:
        """Take one task for a dispatch request and start its job.

        `seconds_left` is the time in which a poll may begin; when it is over, the result is Result.RETRY.
        Raises no expected error: AWS errors and invalid configuration become Result.RETRY.
        """
        try:
            request = DispatchRequest.from_json(body)
        except InvalidRequest as error:
            # The body is not logged: it may hold a task token.
            LOG.error("dispatch request dropped: %s", error)
            self.metrics.put(Metric.DISPATCH_ERRORS, 1, reason=Result.DROPPED.name)
            return Result.DROPPED
        with log_keys(activity=activity_name(request.activity_arn), requested_by=request.requested_by):
            return self._handle(request, seconds_left)

    def _handle(self, request: DispatchRequest, seconds_left: Callable[[], float]) -> Result:
        try:
            return self._dispatch(request, seconds_left)
        except (ClientError, BotoCoreError, RequestsNotSent, OutOfTime) as error:
            LOG.warning("%s: will be retried: %s", request.activity_arn, error)
            return Result.RETRY
        except (InvalidActivity, InvalidBackendConfig, InvalidItem, NotAllowed) as error:
            # Not lost: after 20 deliveries the request is in the dead-letter queue.
            LOG.error("%s: no task taken: %s: %s", request.activity_arn, type(error).__name__, error)
            self.metrics.put(Metric.DISPATCH_ERRORS, 1, reason=type(error).__name__)
            return Result.RETRY

    def _dispatch(self, request: DispatchRequest, seconds_left: Callable[[], float]) -> Result:
        if request.task_id is not None:
            return self.next_attempts.start(request.activity_arn, request.task_id)
        if request.freed is not None:
            return self.freed_rooms.free(request.activity_arn, request.freed)
        activity = self.activities.find(request.activity_arn)
        if activity is None:
            LOG.error("%s: no activity of this stack, or not deployed yet", request.activity_arn)
            return Result.RETRY
        # Before the poll: an invalid configuration must not cost a task.
        backend = self.backend_of(activity)
        self.activities.keep(activity)
        if self._is_for_workers(activity, request):
            return Result.LEFT
        task = self.source.take(activity, request, seconds_left)
        if isinstance(task, NoPermit):
            # A new message, for the deliveries of this one are counted.
            self.requests.send(request, delay_seconds=task.delay_seconds)
            return Result.DELAYED
        if isinstance(task, Result):
            return task
        started = self._start(activity, backend, task, request)
        self._ask_for_more(activity, request)
        return started

    def _is_for_workers(self, activity: Activity, request: DispatchRequest) -> bool:
        """Return whether to leave the task to workers; while they have time, the request is sent again."""
        wait = self.workers_first.wait_seconds(activity, request)
        if wait:
            self.requests.send(request, delay_seconds=math.ceil(wait))
        return wait != 0

    def _start(self, activity: Activity, backend: Backend, task: Task, request: DispatchRequest) -> Result:
        started = self.starter.start(activity, backend, task)
        if started is not Started.STARTED:
            return Result.OPEN if started is Started.OPEN else Result.REFUSED
        if request.requested_at is not None:
            # The time reserved for workers is no latency.
            asked_for = request.requested_at + (activity.overflow_after_seconds or 0)
            latency = max(0.0, self.clock() - asked_for) * 1000
            self.metrics.put(Metric.DISPATCH_LATENCY, latency, activity=activity_name(activity.arn))
        return Result.STARTED

    def _ask_for_more(self, activity: Activity, request: DispatchRequest) -> None:
        """Send the request again if there may be another task for it."""
        try:
            # Requests beside warm workers may stand for several tasks: `Slots.free_after_none`.
            if request.missed or activity.linger_seconds is not None:
                self.requests.send(replace(request, missed=True))
            # The poll may have returned another execution's task, whose own request then finds it taken.
            elif activity.overflow_after_seconds and request.requested_by is not None:
                wait = self.workers_first.wait_seconds(activity, request)
                if wait is not None:
                    self.requests.send(request, delay_seconds=math.ceil(max(wait, RETRY_SECONDS)))
        except (ClientError, BotoCoreError, RequestsNotSent) as error:
            LOG.warning("%s: request not sent again, the reconciler polls: %s", request.activity_arn, error)
