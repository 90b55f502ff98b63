"""What every function of the stack is composed of, made from its environment."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from activity_dispatch.callbacks import CallbackClient
from activity_dispatch.clients import Clients
from activity_dispatch.payloads import PayloadStore
from activity_dispatch.settings import Settings
from activity_dispatch.settling import Settler
from activity_dispatch.task_table import DynamoTaskTable


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """The shared parts, over one set of clients."""

    settings: Settings
    clients: Clients
    tasks: DynamoTaskTable
    callbacks: CallbackClient
    settler: Settler

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str], *, threads: int, also_required: tuple[str, ...] = ()
    ) -> "Runtime":
        """Read the settings and make the parts for this many threads; sets the log level.

        Raises InvalidSettings with all problems of the environment.
        """
        settings = Settings.from_environment(environment, also_required=also_required)
        logging.getLogger().setLevel(settings.log_level)
        clients = Clients(threads=threads)
        payloads = PayloadStore(client=lambda: clients.s3, bucket=settings.payload_bucket)
        tasks = DynamoTaskTable(
            client=clients.dynamodb,
            name=settings.task_table,
            payloads=payloads,
            retention_days=settings.task_retention_days,
        )
        callbacks = CallbackClient(client=clients.stepfunctions)
        return cls(
            settings=settings,
            clients=clients,
            tasks=tasks,
            callbacks=callbacks,
            settler=Settler(callbacks=callbacks, tasks=tasks, payloads=payloads),
        )
