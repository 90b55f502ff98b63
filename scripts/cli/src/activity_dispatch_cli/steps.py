"""What happened to a task, step by step. Pure: a record and its execution's events in, steps out."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from activity_dispatch.domain.requests import seconds_of
from activity_dispatch.domain.tasks import OutcomeName, TaskRecord
from activity_dispatch_cli.history import Event, details
from activity_dispatch_cli.texts import last_part

# The events that end a task in an execution's history, of activities and of callbacks.
_FAILURES = ("ActivityFailed", "ActivityTimedOut", "TaskFailed", "TaskTimedOut")
# Step Functions records an outcome when it gets it, the stack afterwards.
_APART_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step and its time, in seconds since 1970; None if only its place among the others is known."""

    at: float | None
    what: str

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON's types."""
        return {"at": self.at, "what": self.what}


def steps_of(record: TaskRecord) -> list[Step]:
    """Return a task's steps, in their order."""
    origin = record.origin
    steps = []
    if origin is not None:
        again = f", retry {origin.attempt}" if origin.attempt else ""
        steps.append(Step(at=seconds_of(origin.entered_at), what=f"state {origin.state_name} entered{again}"))
    for number, each in enumerate(record.attempts, 1):
        steps.append(Step(at=each.started_at, what=f"attempt {number} on {each.backend}{_job(each.job_id)}"))
        steps.append(Step(at=each.ended_at, what=f"attempt {number} ended: {each.error}: {each.message}"))
    again = f", start {record.restarts + 1}" if record.restarts else ""
    attempt = f", attempt {record.attempt}" if record.attempt > 1 else ""
    taken = "waits for a slot" if record.is_parked else f"being started on {record.backend}{attempt}{again}"
    steps.append(Step(at=record.starting_at, what=taken))
    if record.started_at is not None:
        of = f", which was started for task {record.job_of}" if record.job_of else ""
        steps.append(Step(at=record.started_at, what=f"job started{_job(record.job_id)}{of}"))
    if record.claimed_at is not None:
        steps.append(Step(at=record.claimed_at, what="its worker took it: the job runs"))
    if record.progress is not None:
        steps.append(Step(at=None, what=f"progress: {record.progress}"))
    if record.settled_at is not None:
        steps.append(Step(at=record.settled_at, what=_outcome(record)))
        if not record.is_closed and not record.has_ended:
            steps.append(Step(at=None, what="its job is still ending, and holds its slot"))
    return steps


def cause_of(record: TaskRecord, events: Iterable[Event]) -> Any:
    """Return why a task failed, as Step Functions has it: an object if it is the stack's, else text, or None.

    The history does not name tasks: it is the failure of the same name that is nearest in time.
    """
    if record.settled_at is None or record.outcome is not OutcomeName.FAILED:
        return None
    settled = record.settled_at
    candidates = [
        (abs(event["timestamp"].timestamp() - settled), details(event).get("cause"))
        for event in events
        if event["type"] in _FAILURES and details(event).get("error") == record.error
    ]
    nearest = min(candidates, key=lambda found: found[0], default=(_APART_SECONDS, None))
    if nearest[0] >= _APART_SECONDS or nearest[1] is None:
        return None
    try:
        return json.loads(nearest[1])
    except ValueError:
        return nearest[1]


def cause_lines(cause: Any) -> list[str]:
    """Return a cause in lines: its message and facts, then the end of the job's log."""
    if not isinstance(cause, Mapping):
        return [] if cause is None else str(cause).splitlines()
    codes = [name for name in ("exit_code", "stop_code") if name in cause]
    tail = cause.get("log_tail") or ()
    return [
        str(cause.get("message", "")),
        *(f"{name.replace('_', ' ')}: {cause[name]}" for name in codes),
        *(["the end of its log:"] if tail else []),
        *(f"  {line}" for line in tail),
    ]


def _job(job_id: str | None) -> str:
    return f": {last_part(job_id, '/')}" if job_id else ""


def _outcome(record: TaskRecord) -> str:
    return f"{record.outcome}: {record.error}" if record.error else str(record.outcome)
