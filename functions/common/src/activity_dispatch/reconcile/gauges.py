"""How many tasks are open, and how old they are: the reconciler's metrics of each pass."""

from collections.abc import Mapping, Sequence

from activity_dispatch.domain.activities import Activity, by_activity
from activity_dispatch.domain.limits import POLL_READ_TIMEOUT_SECONDS
from activity_dispatch.domain.polls import poll_id_of, poll_time
from activity_dispatch.domain.tasks import TaskRecord, TaskState
from activity_dispatch.observe.log_keys import activity_name
from activity_dispatch.observe.metrics import Metric, Metrics
from activity_dispatch.store.task_table import Overview

# After TimeoutSeconds a task has ended; the next passes notice, and stop its job.
OVERDUE_SECONDS = 300


def put_gauges(metrics: Metrics, overview: Overview, now: float) -> None:
    """Put the gauges of an overview; `now` is in seconds since 1970.

    The stack's gauges are always put, since alarms need them. An activity's are put only while tasks are
    open: a metric is billed for the hours in which it has values.
    """
    open_tasks = [record for record in overview.tasks if record.state is not TaskState.SETTLED]
    activities = {activity.arn: activity for activity in overview.activities}
    by_arn = {
        arn: [age(record, now) for record in records] for arn, records in by_activity(open_tasks).items()
    }
    metrics.put(Metric.OPEN_TASKS, len(open_tasks))
    metrics.put(Metric.OLDEST_TASK_AGE, max((max(ages) for ages in by_arn.values()), default=0.0))
    overdue = [record for record in overview.tasks if is_overdue(record, activities, now)]
    metrics.put(Metric.OVERDUE_TASKS, len(overdue))
    if overview.invalid_items:
        metrics.put(Metric.INVALID_ITEMS, overview.invalid_items)
    for arn, ages in by_arn.items():
        metrics.put(Metric.OPEN_TASKS_OF_ACTIVITY, len(ages), activity=activity_name(arn))
        metrics.put(Metric.OLDEST_TASK_AGE_OF_ACTIVITY, max(ages), activity=activity_name(arn))
    _put_slots(metrics, overview, activities)
    for each in overview.pools:
        if each.pool.used or each.pool.waiting:
            metrics.put(Metric.POOL_USED, each.pool.used, pool=each.name)
            metrics.put(Metric.POOL_WAITING, each.pool.waiting, pool=each.name)


def age(record: TaskRecord, now: float) -> float:
    """Return how many seconds ago the task was taken off its activity.

    A repeated start does not make the task younger.
    """
    poll_id, since = poll_id_of(record.poll_id or ""), record.starting_at
    if poll_id is not None:
        # A poll waits for its task no longer than this.
        since = min(since, poll_time(poll_id) + POLL_READ_TIMEOUT_SECONDS)
    return max(0.0, now - since)


def is_overdue(record: TaskRecord, activities: Mapping[str, Activity], now: float) -> bool:
    """Return whether a task is not closed although its TimeoutSeconds and OVERDUE_SECONDS are over."""
    activity = activities.get(record.activity_arn)
    # If the activity no longer exists, the limit is unknown.
    return activity is not None and age(record, now) > activity.timeout_seconds + OVERDUE_SECONDS


def _put_slots(metrics: Metrics, overview: Overview, activities: Mapping[str, Activity]) -> None:
    for record in overview.slots:
        activity = activities.get(record.activity_arn)
        limit = None if activity is None else activity.max_concurrent_jobs
        if limit is None or not (record.holders or record.waiting):
            continue
        gauges: Sequence[tuple[Metric, int]] = (
            (Metric.SLOTS_USED, len(record.holders)),
            (Metric.SLOT_LIMIT, limit),
            (Metric.REQUESTS_WAITING, record.waiting),
        )
        for metric, value in gauges:
            metrics.put(metric, value, activity=activity_name(record.activity_arn))
