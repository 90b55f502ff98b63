"""Writes the timeline of an execution, or of a stack's last hours."""

import re
import time
from collections.abc import Iterable
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.domain.tasks import OutcomeName, TaskRecord
from activity_dispatch_cli.errors import CommandError, Exit
from activity_dispatch_cli.execution import newer_events
from activity_dispatch_cli.history import Event
from activity_dispatch_cli.stack import Stack
from activity_dispatch_cli.steps import cause_lines, cause_of
from activity_dispatch_cli.texts import last_part
from activity_dispatch_cli.timeline.bars import bar_of, document
from activity_dispatch_cli.timeline.html import page
from activity_dispatch_cli.timeline.records import of_execution, of_the_last

# Why tasks failed is in the histories of their executions, of which each costs calls.
MAX_HISTORIES = 50
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def timeline(stack: Stack, execution: str | None, last: str | None, output: Path) -> int:
    """Write the page and return the exit code. Exactly one of `execution` and `last` is given.

    Raises CommandError, ClientError and BotoCoreError.
    """
    if (execution is None) == (last is None):
        raise CommandError("EXECUTION or --last must be given, and not both")
    if execution is not None:
        records, title = of_execution(stack, execution), f"Execution {last_part(execution)} of {stack.name}"
    else:
        records, title = of_the_last(stack, seconds_in(last or "")), f"The last {last} of {stack.name}"
    if not records:
        raise CommandError(f"{stack.name} knows no task of {execution or f'the last {last}'}", Exit.FAILED)
    write(stack, records, title, output)
    print(f"{len(records)} tasks: {output}", flush=True)
    return Exit.DONE


def write(stack: Stack, records: Iterable[TaskRecord], title: str, output: Path) -> None:
    """Write the page of these tasks. Raises CommandError if the file cannot be written."""
    now = time.time()
    records = list(records)
    causes = _causes(stack, records)
    made = document(
        [bar_of(record, now, causes.get(record.task_id)) for record in records],
        stack.runtime.tasks.served_activities(),
        title=title,
        made_at=now,
        region=stack.account.console_region,
    )
    try:
        output.write_text(page(made), encoding="utf-8")
    except OSError as error:
        raise CommandError(f"--output: {output} cannot be written: {error.strerror}") from None


def seconds_in(text: str) -> float:
    """Return a duration such as 90s, 30m, 1h or 7d in seconds. Raises CommandError."""
    match = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if match is None:
        raise CommandError(f"--last: {text!r}; it must be a number with s, m, h or d, such as 30m")
    return float(match[1]) * _UNITS[match[2]]


def _causes(stack: Stack, records: Iterable[TaskRecord]) -> dict[str, str]:
    """Return why tasks failed, by task id, of as many executions as may be asked."""
    failed: dict[str, list[TaskRecord]] = {}
    for record in records:
        if record.outcome is OutcomeName.FAILED and record.execution_arn is not None:
            failed.setdefault(record.execution_arn, []).append(record)
    found = {}
    for arn in list(failed)[:MAX_HISTORIES]:
        events = _events(stack, arn)
        for record in failed[arn]:
            if lines := cause_lines(cause_of(record, events)):
                found[record.task_id] = lines[0]
    return found


def _events(stack: Stack, execution_arn: str) -> list[Event]:
    try:
        return newer_events(stack.account.clients.stepfunctions, execution_arn, 0)
    except (ClientError, BotoCoreError):
        # A history may be gone, or another team's: then the page does not say why.
        return []
