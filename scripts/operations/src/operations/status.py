"""`make status`: the open tasks of an environment in a table, once or live."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, override

from activity_dispatch.aws.clients import Clients
from activity_dispatch.backends import registry
from activity_dispatch.store.dynamodb.task_table import DynamoTaskTable
from activity_dispatch.store.payloads import PayloadStore
from operations import cloud, deploy, outputs
from operations.clients import session_for
from operations.open_tasks import rows_of, table_of, waiting_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    import boto3
    from botocore.config import Config

    from operations.outputs import Outputs

SECONDS_BETWEEN = 2.0
# To the upper left corner, and clear what is below.
_REDRAW = "\x1b[H\x1b[J"


def status(env: str, *, watch: bool, sleep: Callable[[float], None] = time.sleep) -> int:
    """Print the open tasks of `env`; with `watch` again and again, until Ctrl-C.

    Raises OperationError when nothing is deployed there, ClientError when AWS refuses.
    """
    stack = _outputs(env)
    if stack.endpoint is not None:
        cloud.must_answer(stack.endpoint)
    look = _looker(env, stack)
    try:
        while watch:
            text = look()
            print(f"{_REDRAW if sys.stdout.isatty() else ''}{text}", flush=True)
            sleep(SECONDS_BETWEEN)
    except KeyboardInterrupt:
        # The one way to end it, and no failure.
        return 0
    print(look(), flush=True)
    return 0


def _outputs(env: str) -> Outputs:
    # Deployed from another machine it has left no file here; Terraform's state knows.
    return outputs.load(env) if env == outputs.LOCAL or outputs.exist(env) else deploy.read_outputs(env)


class _SessionClients(Clients):
    """The library's clients, made by a session that knows where an environment is."""

    def __init__(self, session: boto3.Session) -> None:
        super().__init__(threads=1)
        self._boto3 = session

    @override
    def _make(self, service: str, config: Config) -> object:
        return self._boto3.client(service, config=config)  # type: ignore[call-overload]


def _looker(env: str, stack: Outputs) -> Callable[[], str]:
    session = session_for(stack)
    clients = _SessionClients(session)
    tasks = DynamoTaskTable(
        client=clients.dynamodb,
        name=stack.document["task_table"],
        payloads=PayloadStore(client=lambda: clients.s3, bucket=stack.data_bucket),
    )

    def look() -> str:
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

    return look
