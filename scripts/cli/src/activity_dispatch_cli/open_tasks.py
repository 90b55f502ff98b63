"""The open tasks of a stack, and what the services know of their jobs."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.backends.base import Backend, InvalidBackendConfig
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState
from activity_dispatch.domain.tasks import TaskRecord, TaskState
from activity_dispatch.observe.log_keys import activity_name
from activity_dispatch.reconcile.gauges import age
from activity_dispatch.store.task_table import InvalidItem, Overview, TaskTable
from activity_dispatch_cli.job_logs import JobLog, log_of

PROBLEMS = (ClientError, BotoCoreError, InvalidBackendConfig)
# Of how many tasks the execution is looked up: each costs a read.
MAX_LOOKED_UP = 200


@dataclass(frozen=True, kw_only=True)
class OpenTask:
    """One open task. `state` is its job's where the service knows better; its age since it was taken."""

    task_id: str
    state: str
    activity: str
    backend: str
    attempt: int
    age_seconds: float
    execution_arn: str | None
    job_id: str | None
    progress: str | None
    log: JobLog | None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON's types."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Open:
    """All open tasks, oldest first; how many requests wait for a slot, by activity; what is not known."""

    tasks: tuple[OpenTask, ...]
    waiting: Mapping[str, tuple[int, int]]
    problems: tuple[str, ...]

    @property
    def totals(self) -> Mapping[str, int]:
        """How many tasks are in each state, the most frequent first."""
        return dict(Counter(task.state for task in self.tasks).most_common())

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON's types."""
        waiting = {
            name: {"slots_used": used, "waiting": count} for name, (used, count) in self.waiting.items()
        }
        tasks = [task.to_json() for task in self.tasks]
        return {"tasks": tasks, "totals": self.totals, "waiting": waiting, "problems": list(self.problems)}


def open_tasks(overview: Overview, backend_of: Callable[[Activity], Backend], now: float) -> Open:
    """Return the open tasks, with what their services say. `now` is in seconds since 1970."""
    activities = {activity.arn: activity for activity in overview.activities}
    tasks: list[OpenTask] = []
    problems: list[str] = []
    for (arn, attempt), records in _by_attempt(overview.tasks).items():
        activity = activities[arn].link(attempt) if arn in activities else None
        known: Mapping[str, tuple[Diagnosis, JobLog | None]] = {}
        try:
            if activity is not None:
                known = jobs_of(activity, backend_of(activity), records)
        except PROBLEMS as error:
            problems.append(f"{activity_name(arn)}: its jobs are unknown: {error}")
        tasks += [_open_task(record, now, *known.get(record.task_id, (None, None))) for record in records]
    tasks.sort(key=lambda task: -task.age_seconds)
    waiting = {
        activity_name(record.activity_arn): (len(record.holders), record.waiting)
        for record in overview.slots
        if record.waiting
    }
    return Open(tasks=tuple(tasks), waiting=waiting, problems=tuple(problems))


def jobs_of(
    activity: Activity, backend: Backend, records: Iterable[TaskRecord]
) -> Mapping[str, tuple[Diagnosis, JobLog | None]]:
    """Return what the service reports of each task's job, and where its log is, by task id.

    Raises ClientError and BotoCoreError.
    """
    jobs = {record.task_id: JobId(record.job_id) for record in records if record.job_id is not None}
    asked = backend.describes_jobs and jobs
    described = backend.describe(list(jobs.values())) if asked else {}
    known = {}
    for task_id, job in jobs.items():
        diagnosis = described.get(job) or Diagnosis(task_id=task_id, job_id=job, state=JobState.RUNNING)
        known[task_id] = (diagnosis, log_of(activity, backend, diagnosis, task_id))
    return known


def with_executions(tasks: TaskTable, overview: Overview) -> Overview:
    """Return the open tasks with their executions, which the index of open tasks does not have."""
    oldest = sorted(overview.tasks, key=lambda record: record.starting_at)
    looked_up = [_with_execution(tasks, record) for record in oldest[:MAX_LOOKED_UP]]
    return replace(overview, tasks=(*looked_up, *oldest[MAX_LOOKED_UP:]))


def _with_execution(tasks: TaskTable, record: TaskRecord) -> TaskRecord:
    try:
        whole = tasks.get(record.task_id, with_input=False)
    except InvalidItem:
        return record
    return record if whole is None else replace(record, execution_arn=whole.execution_arn)


def _open_task(record: TaskRecord, now: float, diagnosis: Diagnosis | None, log: JobLog | None) -> OpenTask:
    state = str(record.state)
    if record.state is TaskState.SETTLED:
        state = f"{record.outcome}, job ends"
    elif diagnosis is not None and diagnosis.state is JobState.QUEUED:
        state = str(diagnosis.state)
    return OpenTask(
        task_id=record.task_id,
        state=state,
        activity=activity_name(record.activity_arn),
        backend=record.backend,
        attempt=record.attempt,
        age_seconds=age(record, now),
        execution_arn=record.execution_arn,
        job_id=record.job_id,
        progress=record.progress or (None if diagnosis is None else diagnosis.progress),
        log=log,
    )


def _by_attempt(records: Iterable[TaskRecord]) -> Mapping[tuple[str, int], list[TaskRecord]]:
    groups: defaultdict[tuple[str, int], list[TaskRecord]] = defaultdict(list)
    for record in records:
        groups[record.activity_arn, record.attempt].append(record)
    return groups
