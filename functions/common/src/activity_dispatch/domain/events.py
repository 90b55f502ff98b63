"""What is told outward about tasks: events for a bus of the user's. docs/events has their schemas.

They name a task and say what became of it. They hold no token, no input, no output and no cause.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.envelope import traceparent_of
from activity_dispatch.domain.tasks import Task, TaskRecord

SOURCE = "activity-dispatch"
# Raised by a change that readers must follow; a new field does not.
VERSION = 1


class EventKind(StrEnum):
    """An event's detail-type."""

    STARTED = "Task Started"
    PROGRESSED = "Task Progressed"
    SETTLED = "Task Settled"


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event about a task; `time` is in seconds since 1970, `detail` what its kind's schema says."""

    kind: EventKind
    time: float
    detail: Mapping[str, Any]


def task_started(stack: str, activity: Activity, task: Task | TaskRecord, job_id: str, now: float) -> Event:
    """Return the event of a job's start; `activity` is as the task's attempt sees it."""
    detail = {**_common(stack, activity, task, "started"), "job_id": job_id, "started_at": _iso(now)}
    return Event(kind=EventKind.STARTED, time=now, detail=detail)


def task_progressed(stack: str, activity: Activity, record: TaskRecord, now: float) -> Event:
    """Return the event of what a task's program reported last."""
    progress = record.progress or ""
    what = f"progressed:{hashlib.sha256(progress.encode()).hexdigest()[:16]}"
    detail = {
        **_common(stack, activity, record, what),
        **_times(record),
        "progress": progress,
        "seen_at": _iso(now),
    }
    return Event(kind=EventKind.PROGRESSED, time=now, detail=detail)


def task_settled(stack: str, activity: Activity, record: TaskRecord, now: float) -> Event:
    """Return the event of a task's end."""
    settled_at = record.settled_at or now
    detail = {
        **_common(stack, activity, record, "settled"),
        **_times(record),
        "status": str(record.outcome),
        "settled_at": _iso(settled_at),
    }
    if record.error is not None:
        detail["error"] = record.error
    return Event(kind=EventKind.SETTLED, time=settled_at, detail=detail)


def _common(stack: str, activity: Activity, task: Task | TaskRecord, what: str) -> dict[str, Any]:
    known: dict[str, Any] = {
        "version": VERSION,
        # The same for each repetition of an event.
        "id": f"{task.task_id}:{task.attempt}:{what}",
        "stack": stack,
        "activity": activity.name,
        "activity_arn": activity.arn,
        "task_id": task.task_id,
        "attempt": task.attempt,
        "backend": task.backend if isinstance(task, TaskRecord) else activity.backend,
    }
    if task.execution_arn:
        known["execution_arn"] = task.execution_arn
    if task.origin is not None:
        known["state_name"] = task.origin.state_name
    if trace := traceparent_of(task):
        known["trace_id"] = trace.split("-")[1]
    if isinstance(task, TaskRecord) and task.job_of is not None:
        known["job_of"] = task.job_of
    return known


def _times(record: TaskRecord) -> dict[str, str]:
    known = {} if record.job_id is None else {"job_id": record.job_id}
    return known if record.started_at is None else {**known, "started_at": _iso(record.started_at)}


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
