"""The CloudWatch metrics, each with its unit and dimensions; docs/watching.md explains them."""

from enum import Enum
from typing import Protocol

# Module `dashboard` names it too, in alarms and dashboards.
NAMESPACE = "ActivityDispatch"
# A dimension of every metric.
STACK = "stack"

type DimensionSets = tuple[tuple[str, ...], ...]
_OF_STACK: DimensionSets = ((),)
_OF_ACTIVITY: DimensionSets = (("activity",),)
_OF_POOL: DimensionSets = (("pool",),)
_OF_BOTH: DimensionSets = ((), ("activity",))


class Metric(Enum):
    """A metric: its name, its unit and its sets of dimensions, each in addition to the stack.

    Gauges are recorded separately for the stack and for each activity: a sum of the activities' values
    is no maximum.
    """

    DISPATCH_LATENCY = ("DispatchLatency", "Milliseconds", _OF_BOTH)
    DISPATCH_ERRORS = ("DispatchErrors", "Count", _OF_STACK)
    THROTTLES = ("Throttles", "Count", ((), ("operation",)))
    TASKS_SUCCEEDED = ("TasksSucceeded", "Count", _OF_BOTH)
    TASKS_FAILED = ("TasksFailed", "Count", ((), ("activity",), ("error",)))
    TASKS_CANCELLED = ("TasksCancelled", "Count", _OF_BOTH)
    OPEN_TASKS = ("OpenTasks", "Count", _OF_STACK)
    OLDEST_TASK_AGE = ("OldestTaskAge", "Seconds", _OF_STACK)
    OVERDUE_TASKS = ("OverdueTasks", "Count", _OF_STACK)
    INVALID_ITEMS = ("InvalidItems", "Count", _OF_STACK)
    TASKS_NOT_REACHED = ("TasksNotReached", "Count", _OF_STACK)
    SECONDS_BEHIND = ("SecondsBehind", "Seconds", _OF_STACK)
    EVENTS_LOST = ("EventsLost", "Count", _OF_STACK)
    JOBS_NOT_DESCRIBED = ("JobsNotDescribed", "Count", _OF_STACK)
    OPEN_TASKS_OF_ACTIVITY = ("OpenTasks", "Count", _OF_ACTIVITY)
    OLDEST_TASK_AGE_OF_ACTIVITY = ("OldestTaskAge", "Seconds", _OF_ACTIVITY)
    SLOTS_USED = ("SlotsUsed", "Count", _OF_ACTIVITY)
    SLOT_LIMIT = ("SlotLimit", "Count", _OF_ACTIVITY)
    REQUESTS_WAITING = ("RequestsWaiting", "Count", _OF_ACTIVITY)

    POOL_USED = ("PoolUsed", "Count", _OF_POOL)
    POOL_WAITING = ("PoolWaiting", "Count", _OF_POOL)

    def __init__(self, title: str, unit: str, dimension_sets: DimensionSets) -> None:
        """Unpack the value."""
        self.title, self.unit, self.dimension_sets = title, unit, dimension_sets


class Metrics(Protocol):
    """Records measurements; thread-safe."""

    def put(self, metric: Metric, value: float, **properties: str) -> None:
        """Record a value; `properties` holds the metric's dimensions, and may hold more context."""
        ...

    def flush(self) -> None:
        """Publish what was recorded since the last flush."""
        ...


class NoMetrics:
    """Records nothing: for programs whose output belongs to the user."""

    def put(self, metric: Metric, value: float, **properties: str) -> None:
        """Discard the value."""

    def flush(self) -> None:
        """Do nothing."""


NO_METRICS: Metrics = NoMetrics()
