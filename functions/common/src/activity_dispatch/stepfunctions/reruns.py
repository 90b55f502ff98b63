"""What a redrive runs again, as the execution's history tells.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from activity_dispatch.stepfunctions.history import Event

# What follows a task whose error was caught; after a Retry, another task is scheduled.
_CAUGHT = ("StateExited", "StateEntered")


def tasks_to_rerun(events: Iterable[Event]) -> Mapping[str, int]:
    """Return how many tasks a redrive may schedule again: at least one for each activity in the history.

    Rather too many than too few: errors that a Parallel or Map state caught or retried count too.
    """
    reruns = _Reruns()
    for event in events:
        reruns.add(event)
    return {arn: max(1, tasks.unfinished) for arn, tasks in reruns.activities.items()}


@dataclass(kw_only=True)
class _Tasks:
    """One activity's tasks since the execution was last redriven.

    `last_events` has the last event of each task that nothing followed; `carried` counts what earlier
    rounds left.
    """

    last_events: set[int] = field(default_factory=set)
    succeeded: int = 0
    carried: int = 0

    @property
    def unfinished(self) -> int:
        return max(self.carried - self.succeeded, len(self.last_events))


@dataclass(kw_only=True)
class _Reruns:
    activities: dict[str, _Tasks] = field(default_factory=dict)
    _by_event: dict[int, _Tasks] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        """Take note of the next event."""
        kind, scheduled = event["type"], event.get("activityScheduledEventDetails", {}).get("resource")
        if kind == "ExecutionRedriven":
            self._begin_round()
        tasks = self._by_event.get(event.get("previousEventId", 0))
        if tasks is not None and (kind.startswith("Activity") or kind.endswith(_CAUGHT)):
            self._forget(tasks, event["previousEventId"])
            if kind == "ActivitySucceeded":
                tasks.succeeded += 1
            elif kind.startswith("Activity") and scheduled is None:
                self._note(tasks, event["id"])
        if scheduled is not None:
            self._note(self.activities.setdefault(scheduled, _Tasks()), event["id"])

    def _begin_round(self) -> None:
        for tasks in self.activities.values():
            tasks.carried, tasks.succeeded, tasks.last_events = tasks.unfinished, 0, set()
        self._by_event.clear()

    def _note(self, tasks: _Tasks, event_id: int) -> None:
        self._by_event[event_id] = tasks
        tasks.last_events.add(event_id)

    def _forget(self, tasks: _Tasks, event_id: int) -> None:
        del self._by_event[event_id]
        tasks.last_events.discard(event_id)
