"""A stack's task table, read with an environment's session."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from activity_dispatch.aws.clients import Clients
from activity_dispatch.store.dynamodb.task_table import DynamoTaskTable
from activity_dispatch.store.payloads import PayloadStore

if TYPE_CHECKING:
    import boto3
    from botocore.config import Config

    from operations.outputs import Outputs


class SessionClients(Clients):
    """The library's clients, created by an environment's session."""

    def __init__(self, session: boto3.Session) -> None:
        super().__init__(threads=1)
        self._boto3 = session

    @override
    def create(self, service: str, config: Config) -> object:
        return self._boto3.client(service, config=config)  # type: ignore[call-overload]


def task_table(clients: Clients, stack: Outputs) -> DynamoTaskTable:
    """Return the stack's task table."""
    return DynamoTaskTable(
        client=clients.dynamodb,
        name=stack.document["task_table"],
        payloads=PayloadStore(client=lambda: clients.s3, bucket=stack.data_bucket),
    )
