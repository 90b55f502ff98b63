"""`make status`: the open tasks of an environment in a table, once or live."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from activity_dispatch.backends import registry
from activity_dispatch.store.task_table import InvalidItem
from operations.clients import session_for
from operations.deploy import terraform
from operations.executions.open_tasks import rows_of, table_of, waiting_lines
from operations.executions.tables import SessionClients, task_table
from operations.local import cloud

if TYPE_CHECKING:
    from collections.abc import Callable

    from activity_dispatch.domain.tasks import TaskRecord
    from activity_dispatch.store.task_table import Overview, TaskTable
    from operations.outputs import Outputs

SECONDS_BETWEEN = 2.0
# Of how many tasks the execution is looked up: each costs a read.
MAX_LOOKED_UP = 200
# Move to the upper left corner and clear everything below.
_REDRAW = "\x1b[H\x1b[J"


def status(env: str, *, watch: bool, sleep: Callable[[float], None] = time.sleep) -> int:
    """Print the open tasks of `env`; with `watch`, repeat until Ctrl-C.

    Raises OperationError when nothing is deployed there, ClientError when AWS refuses.
    """
    stack = terraform.known_outputs(env)
    if stack.endpoint is not None:
        cloud.must_answer(stack.endpoint)
    describe = _describer(env, stack)
    try:
        while watch:
            text = describe()
            print(f"{_REDRAW if sys.stdout.isatty() else ''}{text}", flush=True)
            sleep(SECONDS_BETWEEN)
    except KeyboardInterrupt:
        # The only way to end it, so not a failure.
        return 0
    print(describe(), flush=True)
    return 0


def _describer(env: str, stack: Outputs) -> Callable[[], str]:
    session = session_for(stack)
    clients = SessionClients(session)
    tasks = task_table(clients, stack)

    def describe() -> str:
        overview = with_executions(tasks, tasks.overview())
        rows, problems = rows_of(
            overview,
            lambda activity: registry.create(activity.backend, activity.config, clients),
            time.time(),
            region=stack.region if stack.endpoint is None else None,
        )
        count = f"{len(rows)} open task{'s' if len(rows) > 1 else ''}" if rows else "No open tasks"
        head = f"{count} in {env} at {time.strftime('%H:%M:%S')}"
        return "\n".join((head, *table_of(rows), *waiting_lines(overview), *problems))

    return describe


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
