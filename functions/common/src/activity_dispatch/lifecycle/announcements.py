"""Tells an activity's event bus what becomes of its tasks.

Who takes a step says so here, after it is recorded. Problems are logged and counted: telling never delays or
fails a task.
"""

import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.domain.activities import Activity, InvalidActivity
from activity_dispatch.domain.events import Event, task_progressed, task_settled, task_started
from activity_dispatch.domain.tasks import Task, TaskRecord
from activity_dispatch.observe.announcer import Announcer
from activity_dispatch.observe.metrics import NO_METRICS, Metric, Metrics
from activity_dispatch.store.catalog import ActivityCatalog

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Announcements:
    """Makes the events of tasks whose activity has an event bus, and hands them to `announcer`.

    `buses` are the ARNs to which the stack may send. `clock` gives seconds since 1970. Its methods raise
    nothing.
    """

    stack: str
    buses: Collection[str]
    announcer: Announcer
    activities: ActivityCatalog
    metrics: Metrics = NO_METRICS
    clock: Callable[[], float] = time.time

    def are_wanted(self, activity_arn: str) -> bool:
        """Return whether an activity has an event bus; True if that can't be read."""
        try:
            activity = self.activities.find(activity_arn)
        except (ClientError, BotoCoreError, InvalidActivity) as error:
            LOG.warning("%s: not known whether events are wanted: %s", activity_arn, error)
            return True
        return activity is not None and activity.event_bus_arn is not None

    def started(self, activity: Activity, task: Task | TaskRecord, job_id: str) -> None:
        """Tell that a job was started; `activity` is as the task's attempt sees it."""
        self._tell(activity, lambda: task_started(self.stack, activity, task, job_id, self.clock()))

    def progressed(self, activity: Activity, record: TaskRecord) -> None:
        """Tell what a program reported last; `activity` is as the task's attempt sees it."""
        self._tell(activity, lambda: task_progressed(self.stack, activity, record, self.clock()))

    def settled(self, record: TaskRecord) -> None:
        """Tell that a task is settled and its job has ended."""
        try:
            # As a task was started, so it ends: with the bus of that time.
            activity = self.activities.of(record)
        except (ClientError, BotoCoreError, InvalidActivity) as error:
            LOG.error("task %s: its end was not told: %s", record.task_id, error)
            self.metrics.put(Metric.EVENTS_LOST, 1)
            return
        if activity is not None:
            self._tell(activity, lambda: task_settled(self.stack, activity, record, self.clock()))

    def _tell(self, activity: Activity, make: Callable[[], Event]) -> None:
        bus_arn = activity.event_bus_arn
        if bus_arn is None:
            return
        try:
            if bus_arn not in self.buses:
                LOG.error("%s: its event bus %s is none of the stack's", activity.name, bus_arn)
                self.metrics.put(Metric.EVENTS_LOST, 1)
                return
            self.announcer.put(bus_arn, make())
        except Exception:
            # An event must not end a step that was taken.
            LOG.exception("%s: an event was not made", activity.name)
            self.metrics.put(Metric.EVENTS_LOST, 1)
