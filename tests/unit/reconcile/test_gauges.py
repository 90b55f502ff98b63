"""The reconciler's gauges: open tasks, the oldest one's age, overdue tasks, and slots."""

from dataclasses import replace

import pytest

from activity_dispatch.domain.tasks import TaskRecord, TaskState
from activity_dispatch.observe.metrics import Metric
from activity_dispatch.reconcile.gauges import OVERDUE_SECONDS, age, put_gauges
from activity_dispatch.store.task_table import Overview, SlotsRecord
from activity_dispatch.testing import RecordedMetrics

NOW = 1_800_000_000.0


def task(stack, seconds_ago: float, state: TaskState = TaskState.STARTED, **changes) -> TaskRecord:
    record = TaskRecord(
        task_id=f"{seconds_ago}{state}",
        activity_arn=stack.arn,
        backend="fake",
        state=state,
        heartbeat_seconds=60,
        starting_at=NOW - seconds_ago,
        poll_id=f"{int(NOW - seconds_ago):08x}00000000",
    )
    return replace(record, **changes)


@pytest.fixture
def measure(stack):
    def put(*tasks: TaskRecord, slots: tuple[SlotsRecord, ...] = (), **activity) -> RecordedMetrics:
        stack.change_activity(**activity)
        metrics = RecordedMetrics()
        put_gauges(metrics, Overview(tasks=tasks, slots=slots, activities=(stack.activity,)), NOW)
        return metrics

    return put


def test_without_open_tasks_all_gauges_are_zero(measure) -> None:
    assert measure().recorded == [
        (Metric.OPEN_TASKS, 0, {}),
        (Metric.OLDEST_TASK_AGE, 0.0, {}),
        (Metric.OVERDUE_TASKS, 0, {}),
    ]


def test_open_tasks_are_counted_by_stack_and_by_activity(stack, measure) -> None:
    other = task(stack, 30, activity_arn=stack.arn + "-gone")
    metrics = measure(
        task(stack, 10), task(stack, 70, TaskState.STARTING), other, task(stack, 400, TaskState.SETTLED)
    )
    assert metrics.of(Metric.OPEN_TASKS) == [(3, {})]
    assert metrics.of(Metric.OLDEST_TASK_AGE) == [(70.0, {})]
    by_activity = {
        properties["activity"]: value for value, properties in metrics.of(Metric.OPEN_TASKS_OF_ACTIVITY)
    }
    assert by_activity == {"work": 2, "work-gone": 1}
    ages = metrics.of(Metric.OLDEST_TASK_AGE_OF_ACTIVITY)
    assert {properties["activity"]: value for value, properties in ages} == {"work": 70.0, "work-gone": 30.0}


@pytest.mark.parametrize("state", TaskState)
@pytest.mark.parametrize(("later", "overdue"), [(-1, 0), (1, 1)])
def test_a_task_is_overdue_when_its_state_has_timed_out(stack, measure, state, later, overdue) -> None:
    seconds = 600 + OVERDUE_SECONDS + later
    assert measure(task(stack, seconds, state), timeout_seconds=600).of(Metric.OVERDUE_TASKS) == [
        (overdue, {})
    ]


def test_a_tasks_age_counts_from_its_start_even_if_the_poll_waited(stack) -> None:
    assert age(task(stack, 80, starting_at=NOW - 20), NOW) == 20
    # A repeated start makes it no younger, apart from the time that a poll may take.
    assert age(task(stack, 500, starting_at=NOW - 20), NOW) == 430
    assert age(task(stack, 500, poll_id="of another kind", starting_at=NOW - 20), NOW) == 20
    assert age(task(stack, -5), NOW) == 0


def test_slots_are_measured_for_activities_that_use_them(stack, measure) -> None:
    record = SlotsRecord(activity_arn=stack.arn, holders=frozenset("ab"), waiting=4)
    metrics = measure(slots=(record,), max_concurrent_jobs=2)
    work = {"activity": "work"}
    assert metrics.of(Metric.SLOTS_USED) == [(2, work)]
    assert metrics.of(Metric.SLOT_LIMIT) == [(2, work)]
    assert metrics.of(Metric.REQUESTS_WAITING) == [(4, work)]
    assert measure(slots=(record,), max_concurrent_jobs=None).of(Metric.SLOT_LIMIT) == []
    unused = SlotsRecord(activity_arn=stack.arn, holders=frozenset(), waiting=0)
    assert measure(slots=(unused,), max_concurrent_jobs=2).of(Metric.SLOT_LIMIT) == []
