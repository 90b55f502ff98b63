"""`make status`: the open tasks of an environment in a table, once or live."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from activity_dispatch.backends import registry
from operations.clients import session_for
from operations.deploy import terraform
from operations.executions.open_tasks import rows_of, table_of, waiting_lines
from operations.executions.tables import SessionClients, task_table
from operations.local import cloud

if TYPE_CHECKING:
    from collections.abc import Callable

    from operations.outputs import Outputs

SECONDS_BETWEEN = 2.0
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
        overview = tasks.overview()
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
