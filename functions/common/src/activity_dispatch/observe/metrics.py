"""What is measured: metrics of CloudWatch, each with its unit and its dimensions.

docs/watching.md says what each one means.
"""

from enum import Enum
from typing import Protocol

# Alarms and dashboards of module `dashboard` name it too.
NAMESPACE = "ActivityDispatch"
# Each metric has it as a dimension.
STACK = "stack"

type DimensionSets = tuple[tuple[str, ...], ...]
_OF_STACK: DimensionSets = ((),)
_OF_ACTIVITY: DimensionSets = (("activity",),)
_OF_BOTH: DimensionSets = ((), ("activity",))


class Metric(Enum):
    """A metric: its name, its unit, and the sets of dimensions that it is seen by beside the stack.

    A gauge is counted for the stack and for its activities apart: their sum says nothing of a maximum.
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
    OPEN_TASKS_OF_ACTIVITY = ("OpenTasks", "Count", _OF_ACTIVITY)
    OLDEST_TASK_AGE_OF_ACTIVITY = ("OldestTaskAge", "Seconds", _OF_ACTIVITY)
    SLOTS_USED = ("SlotsUsed", "Count", _OF_ACTIVITY)
    SLOT_LIMIT = ("SlotLimit", "Count", _OF_ACTIVITY)
    REQUESTS_WAITING = ("RequestsWaiting", "Count", _OF_ACTIVITY)

    def __init__(self, title: str, unit: str, dimension_sets: DimensionSets) -> None:
        """Name the parts of the value."""
        self.title, self.unit, self.dimension_sets = title, unit, dimension_sets


class Metrics(Protocol):
    """Takes measurements; safe to use from many threads."""

    def put(self, metric: Metric, value: float, **properties: str) -> None:
        """Take one; `properties` has what the metric's dimensions name, and more that explains it."""
        ...

    def flush(self) -> None:
        """Hand on what was taken."""
        ...


class NoMetrics:
    """Takes nothing: for programs whose output is not ours to write to."""

    def put(self, metric: Metric, value: float, **properties: str) -> None:
        """Drop it."""

    def flush(self) -> None:
        """Have nothing to hand on."""


NO_METRICS: Metrics = NoMetrics()
