"""Tasks of executions in memory, and the histories that they leave."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(kw_only=True)
class FakeTask:
    """A scheduled task: its heartbeats and the one answer it accepted.

    `heartbeat_seconds` and `timeout_seconds` count from the moment it is handed out. `ended_at` is when it
    got its answer or was given up; `redrives` counts how often its execution was redriven before.
    """

    token: str
    input: str
    execution_arn: str = ""
    activity_arn: str = ""
    scheduled_at: float = 0.0
    heartbeat_seconds: float = math.inf
    timeout_seconds: float = math.inf
    worker_name: str | None = None
    started_at: float = math.inf
    last_sign_at: float = math.inf
    heartbeats: int = 0
    ended_at: float = math.inf
    redrives: int = 0
    answer: dict[str, Any] | None = None
    timed_out: bool = False
    aborted: bool = False

    @property
    def status(self) -> str:
        """Its status, and its execution's if this is the last one, as Step Functions names it."""
        if self.answer is not None:
            return "SUCCEEDED" if "output" in self.answer else "FAILED"
        if self.aborted:
            return "ABORTED"
        # A state's timeout is an error, which nothing catches here.
        return "FAILED" if self.timed_out else "RUNNING"


def history_of(tasks: Sequence[FakeTask]) -> list[dict[str, Any]]:
    """Return the events of an execution that had these tasks, in the order in which they were scheduled."""
    events: list[dict[str, Any]] = []

    def add(kind: str, previous: int | None = None, **details: Any) -> int:
        number = len(events) + 1
        previous = number - 1 if previous is None else previous
        events.append({"id": number, "previousEventId": previous, "type": kind, **details})
        return number

    add("ExecutionStarted")
    redrives = 0
    for task in tasks:
        if task.redrives > redrives:
            add("ExecutionRedriven")
            redrives = task.redrives
        at = datetime.fromtimestamp(task.scheduled_at, UTC)
        details = {"resource": task.activity_arn}
        last = add("ActivityScheduled", timestamp=at, activityScheduledEventDetails=details)
        if task.worker_name is not None:
            started = {"workerName": task.worker_name}
            last = add("ActivityStarted", last, activityStartedEventDetails=started)
        if task.answer is not None:
            add("ActivitySucceeded" if "output" in task.answer else "ActivityFailed", last)
        elif task.status != "RUNNING":
            add("ActivityTimedOut" if task.timed_out else "ExecutionAborted", last)
    return events
