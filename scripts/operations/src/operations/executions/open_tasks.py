"""Open tasks as rows of a table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.backends.base import InvalidBackendConfig
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState, LogLocation
from activity_dispatch.domain.tasks import TaskState
from activity_dispatch.observe.log_keys import activity_name
from activity_dispatch.observe.log_links import log_search_url, log_url
from activity_dispatch.reconcile.gauges import age

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from activity_dispatch.backends.base import Backend
    from activity_dispatch.domain.activities import Activity
    from activity_dispatch.domain.tasks import TaskRecord
    from activity_dispatch.store.task_table import Overview

NOTHING = "-"
MAX_PROGRESS = 40
PROBLEMS = (ClientError, BotoCoreError, InvalidBackendConfig)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One open task as its line shows it."""

    state: str
    backend: str
    activity: str
    execution: str
    job: str
    age: str
    progress: str
    log: str


def rows_of(
    overview: Overview, backend_of: Callable[[Activity], Backend], now: float, *, region: str | None
) -> tuple[list[Row], list[str]]:
    """Return a row for each task, oldest first, and the errors of services that could not report their jobs.

    `now` is in seconds since 1970. With a region, logs are links into its console, else group and stream.
    """
    activities = {activity.arn: activity for activity in overview.activities}
    rows, problems = [], []
    for (arn, attempt), records in _by_attempt(overview.tasks).items():
        activity = activities[arn].link(attempt) if arn in activities else None
        known: Mapping[str, tuple[Diagnosis, str]] = {}
        try:
            if activity is not None:
                known = _known(activity, backend_of(activity), records, region=region)
        except PROBLEMS as error:
            problems.append(f"{activity_name(arn)}: its jobs are unknown: {error}")
        rows += [
            (age(record, now), _row(record, now, *known.get(record.task_id, (None, NOTHING))))
            for record in records
        ]
    rows.sort(key=lambda row: -row[0])
    return [row for _, row in rows], problems


def table_of(rows: Sequence[Row]) -> list[str]:
    """Return the rows below a line of headings, in columns as wide as their content; nothing without rows."""
    if not rows:
        return []
    names = [field.name for field in fields(Row)]
    lines = [[name.upper() for name in names], *([getattr(row, name) for name in names] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]


def waiting_lines(overview: Overview) -> list[str]:
    """Return a line for each activity whose requests wait for a slot."""
    return [
        f"{activity_name(record.activity_arn)}: {len(record.holders)} slots used, {record.waiting} tasks wait"
        for record in overview.slots
        if record.waiting
    ]


def duration(seconds: float) -> str:
    """Return a time in its two largest units."""
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86_400)
    if minutes == 0:
        return f"{int(seconds)} s"
    if hours == 0:
        return f"{minutes} min {int(seconds) % 60} s"
    return f"{hours} h {minutes % 60} min" if days == 0 else f"{days} d {hours % 24} h"


def _known(
    activity: Activity, backend: Backend, records: Iterable[TaskRecord], *, region: str | None
) -> Mapping[str, tuple[Diagnosis, str]]:
    """What the service reports of each job, and where its log is, by task id."""
    jobs = {record.task_id: JobId(record.job_id) for record in records if record.job_id is not None}
    asked = backend.describes_jobs and jobs
    described = backend.describe(list(jobs.values())) if asked else {}
    known = {}
    for task_id, job in jobs.items():
        diagnosis = described.get(job) or Diagnosis(task_id=task_id, job_id=job, state=JobState.RUNNING)
        known[task_id] = (diagnosis, _log(activity, backend.log_location(diagnosis), task_id, region=region))
    return known


def _log(activity: Activity, location: LogLocation | None, task_id: str, *, region: str | None) -> str:
    if location is not None:
        return log_url(location, region) if region else f"{location.group} {location.stream}"
    function = activity.config.get("function_arn")
    if function is None:
        return NOTHING
    # Lambda names no stream, but the function's log lines have the task's id.
    group = f"/aws/lambda/{str(function).split(':')[6]}"
    return log_search_url(group, task_id, region) if region else group


def _row(record: TaskRecord, now: float, diagnosis: Diagnosis | None, log: str) -> Row:
    state = str(record.state)
    if record.state is TaskState.SETTLED:
        state = f"{record.outcome}, job ends"
    elif diagnosis is not None and diagnosis.state is JobState.QUEUED:
        state = str(diagnosis.state)
    progress = record.progress or (None if diagnosis is None else diagnosis.progress) or NOTHING
    return Row(
        state=state,
        backend=record.backend if record.attempt == 1 else f"{record.backend}, attempt {record.attempt}",
        activity=activity_name(record.activity_arn),
        execution=record.execution_arn.rsplit(":", 1)[-1] if record.execution_arn else NOTHING,
        job=NOTHING if record.job_id is None else record.job_id.rsplit("/", 1)[-1],
        age=duration(age(record, now)),
        progress=" ".join(progress.split())[:MAX_PROGRESS],
        log=log,
    )


def _by_attempt(records: Iterable[TaskRecord]) -> Mapping[tuple[str, int], list[TaskRecord]]:
    groups: defaultdict[tuple[str, int], list[TaskRecord]] = defaultdict(list)
    for record in records:
        groups[record.activity_arn, record.attempt].append(record)
    return groups
