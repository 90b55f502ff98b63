"""What every function of the stack is composed of, made from its environment."""

import functools
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from activity_dispatch.aws.clients import Clients
from activity_dispatch.backends import registry
from activity_dispatch.backends.base import Backend
from activity_dispatch.dispatch.parked_tasks import ParkedTasks
from activity_dispatch.dispatch.taker import Taker
from activity_dispatch.dispatch.workers_first import WorkersFirst
from activity_dispatch.domain.activities import Activity
from activity_dispatch.lifecycle.canceller import Canceller
from activity_dispatch.lifecycle.job_logs import JobLogs
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.lifecycle.starter import Starter
from activity_dispatch.observe.metrics import NO_METRICS, Metric, Metrics
from activity_dispatch.report.reporter import Reporter
from activity_dispatch.runtime.settings import Settings
from activity_dispatch.stepfunctions.answers import TaskAnswers
from activity_dispatch.store.catalog import ActivityCatalog
from activity_dispatch.store.dispatch_queue import RequestSender
from activity_dispatch.store.dynamodb.slots import DynamoSlots
from activity_dispatch.store.dynamodb.task_table import DynamoTaskTable
from activity_dispatch.store.payloads import PayloadStore
from activity_dispatch.store.slots import Slots


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """The shared parts, over one set of clients."""

    settings: Settings
    clients: Clients
    payloads: PayloadStore
    tasks: DynamoTaskTable
    metrics: Metrics = NO_METRICS

    @functools.cached_property
    def answers(self) -> TaskAnswers:
        """Answers to Step Functions. Made when first used: a worker starts its command before that."""
        return TaskAnswers(client=self.clients.stepfunctions)

    @functools.cached_property
    def settler(self) -> Settler:
        """Settles tasks."""
        return Settler(
            answers=self.answers,
            tasks=self.tasks,
            payloads=self.payloads,
            slots=self.slots,
            metrics=self.metrics,
        )

    @functools.cached_property
    def requests(self) -> RequestSender:
        """Sends dispatch requests."""
        return RequestSender(client=lambda: self.clients.sqs, url=self.settings.dispatch_queue_url)

    @functools.cached_property
    def slots(self) -> Slots:
        """Reserves and frees slots."""
        store = DynamoSlots(client=self.clients.dynamodb, table=self.settings.task_table)
        return Slots(store=store, queue=self.requests)

    @functools.cached_property
    def starter(self) -> Starter:
        """Starts jobs."""
        return Starter(tasks=self.tasks, settler=self.settler)

    def taker(self, poller: str, *, waits_for_slot: bool = True) -> Taker:
        """Make what takes tasks off activities in the name of `poller`."""
        return Taker(
            stepfunctions=self.clients.stepfunctions_poll,
            slots=self.slots,
            poller=poller,
            waits_for_slot=waits_for_slot,
        )

    @functools.cached_property
    def workers_first(self) -> WorkersFirst:
        """Tells what workers that poll the same activities have left."""
        return WorkersFirst(stepfunctions=self.clients.stepfunctions)

    @functools.cached_property
    def parked_tasks(self) -> ParkedTasks:
        """Keeps tasks of callbacks until they can be started."""
        return ParkedTasks(tasks=self.tasks, answers=self.answers, settler=self.settler)

    @functools.cached_property
    def activities(self) -> ActivityCatalog:
        """The activities of the stack."""
        return ActivityCatalog(source=self.tasks)

    def backend_of(self, activity: Activity) -> Backend:
        """Return the backend of an activity. Raises InvalidBackendConfig."""
        return registry.create(activity.backend, activity.config, self.clients)

    @classmethod
    def from_environment(
        cls,
        environment: Mapping[str, str],
        *,
        threads: int,
        also_required: tuple[str, ...] = (),
        metrics: Metrics = NO_METRICS,
    ) -> "Runtime":
        """Read the settings and make the parts for this many threads; sets the log level.

        Raises InvalidSettings with all problems of the environment.
        """
        settings = Settings.from_environment(environment, also_required=also_required)
        _set_log_level(settings.log_level)
        clients = Clients(
            threads=threads,
            on_throttle=lambda operation: metrics.put(Metric.THROTTLES, 1, operation=operation),
        )
        payloads = PayloadStore(client=lambda: clients.s3, bucket=settings.payload_bucket)
        tasks = DynamoTaskTable(
            client=clients.dynamodb,
            name=settings.task_table,
            payloads=payloads,
            retention_days=settings.task_retention_days,
        )
        return cls(settings=settings, clients=clients, payloads=payloads, tasks=tasks, metrics=metrics)


def _set_log_level(level: str) -> None:
    logging.getLogger().setLevel(level)
    # At DEBUG botocore logs requests and responses, and task tokens are in them; at INFO nothing of use.
    for name in ("botocore", "urllib3"):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))


def make_reporter(runtime: Runtime) -> Reporter:
    """Make what turns ends of jobs into outcomes."""
    return Reporter(
        diagnose=registry.diagnose,
        tasks=runtime.tasks,
        activities=runtime.activities,
        backend_of=runtime.backend_of,
        logs=JobLogs(client=runtime.clients.logs),
        settler=runtime.settler,
    )


def make_canceller(runtime: Runtime) -> Canceller:
    """Make what stops jobs that nobody waits for."""
    return Canceller(
        stepfunctions=runtime.clients.stepfunctions,
        tasks=runtime.tasks,
        activities=runtime.activities,
        backend_of=runtime.backend_of,
        settler=runtime.settler,
    )
