"""Tasks as what the page draws: phases with their times, outcome, why. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.requests import seconds_of
from activity_dispatch.domain.tasks import TaskRecord
from activity_dispatch.observe.log_keys import activity_name
from activity_dispatch_cli.texts import last_part

# In the order of a task's life. `attempt` is one that ended without an outcome, on a chain of backends.
PHASES = ("waiting", "attempt", "starting", "queued", "running")
OPEN = "open"
MAX_CAUSE = 400


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One task. `phases` are (phase, beginning, end), in seconds since 1970; there is at least one."""

    task_id: str
    activity: str
    backend: str
    attempt: int
    phases: Sequence[tuple[str, float, float]]
    outcome: str
    error: str | None
    cause: str | None
    execution_arn: str | None
    job_id: str | None
    progress: str | None

    def to_json(self, executions: Mapping[str, int]) -> dict[str, Any]:
        """Return it as the page reads it: numbers for times, phases and execution; nothing empty."""
        fields: dict[str, Any] = {
            "id": self.task_id,
            "activity": self.activity,
            "backend": self.backend,
            "attempt": self.attempt if self.attempt > 1 else None,
            "phases": [
                [PHASES.index(name), round(begin * 1000), round(end * 1000)]
                for name, begin, end in self.phases
            ],
            "outcome": self.outcome,
            "error": self.error,
            "cause": self.cause,
            "execution": executions[self.execution_arn] if self.execution_arn else None,
            "job": last_part(self.job_id, "/") if self.job_id else None,
            "progress": self.progress,
        }
        return {name: value for name, value in fields.items() if value is not None}


def bar_of(record: TaskRecord, now: float, cause: str | None = None) -> Bar:
    """Return a task's bar. An open one goes on until `now`."""
    return Bar(
        task_id=record.task_id,
        activity=activity_name(record.activity_arn),
        backend=record.backend,
        attempt=record.attempt,
        phases=_phases(record, now),
        outcome=str(record.outcome or OPEN),
        error=record.error,
        cause=None if cause is None else cause[:MAX_CAUSE],
        execution_arn=record.execution_arn,
        job_id=record.job_id,
        progress=record.progress,
    )


def _phases(record: TaskRecord, now: float) -> list[tuple[str, float, float]]:
    end = now if record.settled_at is None else record.settled_at
    entered = None if record.origin is None else seconds_of(record.origin.entered_at)
    taken = record.attempts[0].started_at if record.attempts else record.starting_at
    marks: list[tuple[str, float]] = []
    if entered is not None and entered < taken:
        marks.append(("waiting", entered))
    marks += [("attempt", each.started_at) for each in record.attempts]
    if record.is_parked:
        marks.append(("waiting", record.starting_at))
    else:
        marks.append(("starting", record.starting_at))
    if record.started_at is not None:
        # Without a worker nobody says when the program began.
        marks.append(("queued" if record.claimed_at else "running", record.started_at))
    if record.claimed_at is not None:
        marks.append(("running", record.claimed_at))
    # Clocks of several machines: no phase begins before the one that it follows.
    begins: list[float] = []
    for _, at in marks:
        begins.append(min(max([at, *begins[-1:]]), end))
    ends = [*begins[1:], end]
    phases = [(name, begin, until) for (name, _), begin, until in zip(marks, begins, ends, strict=True)]
    return [phase for phase in phases if phase[2] > phase[1]] or phases[-1:]


def document(
    bars: Iterable[Bar], activities: Iterable[Activity], *, title: str, made_at: float, region: str | None
) -> Mapping[str, Any]:
    """Return everything that the page needs. With a region, tasks link to AWS's console."""
    limits = {
        activity_name(activity.arn): activity.max_concurrent_jobs
        for activity in activities
        if activity.max_concurrent_jobs is not None
    }
    bars = sorted(bars, key=lambda bar: bar.phases[0][1])
    # Each is long, and has many tasks.
    executions = dict.fromkeys(bar.execution_arn for bar in bars if bar.execution_arn)
    numbers = {arn: number for number, arn in enumerate(executions)}
    return {
        "title": title,
        "madeAt": round(made_at * 1000),
        "executions": list(executions),
        "phases": PHASES,
        "limits": limits,
        "region": region,
        "tasks": [bar.to_json(numbers) for bar in bars],
    }
