"""The parts of every function and worker of the stack, composed from the environment."""

import functools
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from activity_dispatch.aws.clients import Clients
from activity_dispatch.backends import registry
from activity_dispatch.backends.base import Backend
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.jobs import Diagnosis
from activity_dispatch.domain.naming import Stack
from activity_dispatch.lifecycle.announcements import Announcements
from activity_dispatch.lifecycle.chain import Chain
from activity_dispatch.lifecycle.pools import Pools
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.lifecycle.slots import Slots
from activity_dispatch.lifecycle.starter import Starter
from activity_dispatch.observe.announcer import NO_ANNOUNCER, Announcer, EventBusAnnouncer
from activity_dispatch.observe.metrics import NO_METRICS, Metric, Metrics
from activity_dispatch.runtime.settings import Settings
from activity_dispatch.stepfunctions.answers import TaskAnswers
from activity_dispatch.store.catalog import ActivityCatalog
from activity_dispatch.store.cursors import Cursors
from activity_dispatch.store.dispatch_queue import RequestSender
from activity_dispatch.store.dynamodb.cursors import DynamoCursors
from activity_dispatch.store.dynamodb.pools import DynamoPools
from activity_dispatch.store.dynamodb.rates import DynamoRates
from activity_dispatch.store.dynamodb.slots import DynamoSlots
from activity_dispatch.store.dynamodb.task_table import DynamoTaskTable
from activity_dispatch.store.dynamodb.turns import DynamoTurns
from activity_dispatch.store.dynamodb.warm_jobs import DynamoWarmJobs
from activity_dispatch.store.payloads import PayloadStore
from activity_dispatch.store.pools import PoolStore
from activity_dispatch.store.rates import RateStore
from activity_dispatch.store.slots import SlotStore
from activity_dispatch.store.task_table import TaskTable
from activity_dispatch.store.turns import TurnStore
from activity_dispatch.store.warm_jobs import WarmJobs


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """The adapters, and the lifecycle steps that use them; each step is created on first use.

    Tests compose it from `activity_dispatch.testing.InMemoryStack`. `clock` gives seconds since 1970;
    `sleep` waits.
    """

    settings: Settings
    clients: Clients
    payloads: PayloadStore
    tasks: TaskTable
    warm_jobs: WarmJobs
    slot_store: SlotStore
    rate_store: RateStore
    pool_store: PoolStore
    turn_store: TurnStore
    cursors: Cursors
    create_backend: Callable[[str, Mapping[str, Any], Clients], Backend] = registry.create
    diagnose: Callable[[Mapping[str, Any]], Diagnosis | None] = registry.diagnose
    metrics: Metrics = NO_METRICS
    announcer: Announcer = NO_ANNOUNCER
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    @functools.cached_property
    def answers(self) -> TaskAnswers:
        """Answers to Step Functions. A worker starts its command before it creates this client."""
        return TaskAnswers(client=self.clients.stepfunctions)

    @functools.cached_property
    def settler(self) -> Settler:
        """Settles tasks."""
        return Settler(
            answers=self.answers,
            tasks=self.tasks,
            payloads=self.payloads,
            slots=self.slots,
            pools=self.pools,
            metrics=self.metrics,
            announcements=self.announcements,
        )

    @functools.cached_property
    def announcements(self) -> Announcements | None:
        """What tells activities' event buses about their tasks; None if the stack has no buses."""
        if not self.settings.event_buses:
            return None
        return Announcements(
            stack=self.settings.stack_name,
            buses=frozenset(self.settings.event_buses),
            announcer=self.announcer,
            activities=self.activities,
            metrics=self.metrics,
            clock=self.clock,
        )

    @functools.cached_property
    def requests(self) -> RequestSender:
        """Sends dispatch requests."""
        return RequestSender(client=lambda: self.clients.sqs, url=self.settings.dispatch_queue_url)

    @functools.cached_property
    def slots(self) -> Slots:
        """Reserves and frees slots."""
        return Slots(store=self.slot_store, queue=self.requests)

    @functools.cached_property
    def pools(self) -> Pools:
        """Reserves and frees slots of pools."""
        return Pools(store=self.pool_store, queue=self.requests, clock=self.clock, sleep=self.sleep)

    @functools.cached_property
    def starter(self) -> Starter:
        """Starts jobs."""
        return Starter(
            tasks=self.tasks,
            settler=self.settler,
            chain=self.chain,
            backend_of=self.backend_of,
            announcements=self.announcements,
        )

    @functools.cached_property
    def chain(self) -> Chain:
        """Moves tasks to the next backends of their chains."""
        return Chain(tasks=self.tasks, requests=self.requests, clock=self.clock)

    @functools.cached_property
    def activities(self) -> ActivityCatalog:
        """The activities of the stack."""
        return ActivityCatalog(source=self.tasks)

    def backend_of(self, activity: Activity) -> Backend:
        """Return an activity's backend. Raises InvalidBackendConfig."""
        return self.create_backend(activity.backend, activity.config, self.clients)

    @classmethod
    def from_environment(
        cls,
        environment: Mapping[str, str],
        *,
        threads: int,
        also_required: tuple[str, ...] = (),
        metrics: Metrics = NO_METRICS,
        clients: Clients | None = None,
    ) -> "Runtime":
        """Read the settings, set the log level, and create the adapters for `threads` threads.

        Without `clients` they are those of the environment's account and region. Raises InvalidSettings with
        every problem of the environment.
        """
        settings = Settings.from_environment(environment, also_required=also_required)
        _set_log_level(settings.log_level)
        throttled = lambda operation: metrics.put(Metric.THROTTLES, 1, operation=operation)  # noqa: E731
        clients = clients or Clients(threads=threads, on_throttle=throttled)
        payloads = PayloadStore(client=lambda: clients.s3, bucket=settings.payload_bucket)
        return cls(
            settings=settings,
            clients=clients,
            payloads=payloads,
            tasks=_task_table(settings, clients, payloads),
            warm_jobs=_warm_jobs(settings, clients, payloads),
            **_beside_tasks(clients, settings.task_table),
            metrics=metrics,
            announcer=_announcer_of(settings, clients, metrics),
        )


def _beside_tasks(clients: Clients, table: str) -> dict[str, Any]:
    return {
        "slot_store": DynamoSlots(client=clients.dynamodb, table=table),
        "pool_store": DynamoPools(client=clients.dynamodb, table=table),
        "rate_store": DynamoRates(client=clients.dynamodb, table=table),
        "turn_store": DynamoTurns(client=clients.dynamodb, table=table),
        "cursors": DynamoCursors(client=clients.dynamodb, table=table),
    }


def _task_table(settings: Settings, clients: Clients, payloads: PayloadStore) -> TaskTable:
    return DynamoTaskTable(
        client=clients.dynamodb,
        name=settings.task_table,
        payloads=payloads,
        retention_days=settings.task_retention_days,
        stack=_stack_of(settings),
    )


def _warm_jobs(settings: Settings, clients: Clients, payloads: PayloadStore) -> WarmJobs:
    return DynamoWarmJobs(
        client=clients.dynamodb,
        name=settings.task_table,
        payloads=payloads,
        retention_days=settings.task_retention_days,
    )


def _stack_of(settings: Settings) -> Stack | None:
    # A container's worker reads no descriptions, and what 0.1.0 gave to functions has no name.
    return Stack(name=settings.stack_name, shared=settings.shared_names) if settings.stack_name else None


def _announcer_of(settings: Settings, clients: Clients, metrics: Metrics) -> Announcer:
    if not settings.event_buses:
        return NO_ANNOUNCER
    return EventBusAnnouncer(client=lambda: clients.events, metrics=metrics)


def _set_log_level(level: str) -> None:
    logging.getLogger().setLevel(level)
    # At DEBUG botocore logs requests and responses, which hold task tokens; at INFO, nothing useful.
    for name in ("botocore", "urllib3"):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
