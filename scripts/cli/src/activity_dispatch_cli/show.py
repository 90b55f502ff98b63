"""`activity-dispatch show` and `logs`: one task."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.domain.activities import InvalidActivity
from activity_dispatch.domain.tasks import TaskRecord
from activity_dispatch.observe.log_keys import activity_name
from activity_dispatch.stepfunctions.history import PAGE_EVENTS
from activity_dispatch_cli.errors import CommandError
from activity_dispatch_cli.find_task import find_task
from activity_dispatch_cli.history import Event
from activity_dispatch_cli.job_logs import JobLog, lines_of
from activity_dispatch_cli.open_tasks import PROBLEMS, jobs_of
from activity_dispatch_cli.stack import Stack
from activity_dispatch_cli.steps import Step, cause_lines, cause_of, steps_of
from activity_dispatch_cli.texts import moment

_BLANK = " " * len(moment(0))


def show(stack: Stack, text: str, *, as_json: bool = False) -> int:
    """Print a task's steps, why it failed and where its log is; return the exit code.

    Raises CommandError, ClientError and BotoCoreError.
    """
    record = find_task(stack, text)
    steps, cause = steps_of(record), _cause(stack, record)
    log, problem = log_of_task(stack, record)
    if as_json:
        print(json.dumps(_document(stack, record, steps, cause, log)))
        return 0
    print(f"Task {record.task_id} of {activity_name(record.activity_arn)} on {record.backend}")
    print(f"Execution {record.execution_arn or 'unknown: the task came without its envelope'}")
    for step in steps:
        print(f"{_BLANK if step.at is None else moment(step.at)}  {step.what}")
    for line in cause_lines(cause):
        print(f"{_BLANK}    {line}")
    link = log.link(stack.account.console_region) if log else None
    print(f"Log {link or problem or 'not known yet: there is no job'}")
    return 0


def logs(stack: Stack, text: str, *, follow: bool = False) -> int:
    """Print a job's log; with `follow`, until the task ends. Return the exit code.

    Raises CommandError, ClientError and BotoCoreError.
    """
    record = find_task(stack, text)

    def is_open() -> bool:
        return follow and not stack.runtime.tasks.is_settled(record.task_id)

    log, problem = log_of_task(stack, record)
    while log is None and is_open():
        stack.runtime.sleep(1.0)
        record = find_task(stack, record.task_id)
        log, problem = log_of_task(stack, record)
    if log is None:
        raise CommandError(f"task {record.task_id}: {problem or 'it has no job yet, so no log'}")
    for line in lines_of(stack.account.clients.logs, log, goes_on=is_open):
        print(line, flush=True)
    return 0


def log_of_task(stack: Stack, record: TaskRecord) -> tuple[JobLog | None, str | None]:
    """Return where the log of a task's job is, or else why that is not known."""
    if record.job_id is None:
        return None, None
    try:
        activity = stack.runtime.activities.of(record)
        if activity is None:
            return None, "unknown: its activity no longer exists"
        # Services forget jobs, but some name the log after the job.
        found = jobs_of(activity, stack.runtime.backend_of(activity), [replace(record)])
    except (*PROBLEMS, InvalidActivity) as error:
        return None, f"unknown: {error}"
    return found[record.task_id][1], "unknown: its service no longer knows the job, or did not name a log yet"


def _cause(stack: Stack, record: TaskRecord) -> Any:
    if record.execution_arn is None or record.error is None:
        return None
    try:
        return cause_of(record, _events(stack, record.execution_arn))
    except (ClientError, BotoCoreError) as error:
        # An execution's history is kept for 90 days at most, and may be another team's.
        return f"why is not known, because the execution's history cannot be read: {error}"


def _events(stack: Stack, execution_arn: str) -> Sequence[Event]:
    paginator = stack.account.clients.stepfunctions.get_paginator("get_execution_history")
    pages = paginator.paginate(
        executionArn=execution_arn, includeExecutionData=True, PaginationConfig={"PageSize": PAGE_EVENTS}
    )
    return [dict(event) for page in pages for event in page["events"]]


def _document(
    stack: Stack, record: TaskRecord, steps: Sequence[Step], cause: Any, log: JobLog | None
) -> dict[str, Any]:
    return {
        "task_id": record.task_id,
        "activity_arn": record.activity_arn,
        "backend": record.backend,
        "state": record.state,
        "outcome": record.outcome,
        "error": record.error,
        "cause": cause,
        "execution_arn": record.execution_arn,
        "job_id": record.job_id,
        "progress": record.progress,
        "steps": [step.to_json() for step in steps],
        "log": None if log is None else log.link(stack.account.console_region),
    }
