"""`make status`: the open tasks of an environment in a table, once or live."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, override

from activity_dispatch.aws.clients import Clients
from activity_dispatch.backends import registry
from activity_dispatch.store.dynamodb.task_table import DynamoTaskTable
from activity_dispatch.store.payloads import PayloadStore
from operations import outputs
from operations.clients import session_for
from operations.deploy import terraform
from operations.executions.open_tasks import rows_of, table_of, waiting_lines
from operations.local import cloud

if TYPE_CHECKING:
    from collections.abc import Callable

    import boto3
    from botocore.config import Config

    from operations.outputs import Outputs

SECONDS_BETWEEN = 2.0
# Move to the upper left corner and clear everything below.
_REDRAW = "\x1b[H\x1b[J"


def status(env: str, *, watch: bool, sleep: Callable[[float], None] = time.sleep) -> int:
    """Print the open tasks of `env`; with `watch`, repeat until Ctrl-C.

    Raises OperationError when nothing is deployed there, ClientError when AWS refuses.
    """
    stack = _outputs(env)
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


def _outputs(env: str) -> Outputs:
    # A deploy from another machine left no file here, but Terraform's state has the outputs.
    return outputs.load(env) if env == outputs.LOCAL or outputs.exist(env) else terraform.read_outputs(env)


class _SessionClients(Clients):
    """The library's clients, created by an environment's session."""

    def __init__(self, session: boto3.Session) -> None:
        super().__init__(threads=1)
        self._boto3 = session

    @override
    def create(self, service: str, config: Config) -> object:
        return self._boto3.client(service, config=config)  # type: ignore[call-overload]


def _describer(env: str, stack: Outputs) -> Callable[[], str]:
    session = session_for(stack)
    clients = _SessionClients(session)
    tasks = DynamoTaskTable(
        client=clients.dynamodb,
        name=stack.document["task_table"],
        payloads=PayloadStore(client=lambda: clients.s3, bucket=stack.data_bucket),
    )

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
