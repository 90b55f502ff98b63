"""Finds a task by its id, or by the beginning that `status` shows."""

import re

from activity_dispatch.domain.tasks import TaskRecord, is_task_id
from activity_dispatch.store.task_table import InvalidItem
from activity_dispatch_cli.errors import CommandError
from activity_dispatch_cli.stack import Stack

_BEGINNING = re.compile("[0-9a-f]{4,31}")


def find_task(stack: Stack, text: str) -> TaskRecord:
    """Return a task's record. A beginning of an id is looked for among the open tasks.

    Raises CommandError, ClientError and BotoCoreError.
    """
    if not is_task_id(text):
        text = _complete(stack, text)
    try:
        record = stack.runtime.tasks.get(text)
    except InvalidItem as error:
        raise CommandError(f"task {text}: its record cannot be read: {error}") from None
    if record is None:
        raise CommandError(
            f"task {text}: {stack.name} has no such task. Records are kept for "
            f"{stack.runtime.settings.task_retention_days} days after the end"
        )
    return record


def _complete(stack: Stack, text: str) -> str:
    if not _BEGINNING.fullmatch(text):
        raise CommandError(
            f"TASK: {text!r}; it must be a task's id, 32 hexadecimal digits, or at least its first 4"
        )
    ids = [each.task_id for each in stack.runtime.tasks.overview().tasks if each.task_id.startswith(text)]
    if len(ids) == 1:
        return ids[0]
    if ids:
        raise CommandError(
            f"TASK: {text!r} is the beginning of {len(ids)} open tasks: {', '.join(sorted(ids))}"
        )
    raise CommandError(
        f"TASK: no open task of {stack.name} begins with {text!r}; a task that ended needs its whole id"
    )
