"""A whole stack in memory: what the library's roles need, and what tests inspect."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from activity_dispatch.domain.activities import Activity
from activity_dispatch.store.payloads import PayloadStore
from activity_dispatch.testing.announcer import RecordedEvents
from activity_dispatch.testing.backend import FakeBackend
from activity_dispatch.testing.cursors import InMemoryCursors
from activity_dispatch.testing.logs import FakeLogs
from activity_dispatch.testing.metrics import RecordedMetrics
from activity_dispatch.testing.pools import InMemoryPools
from activity_dispatch.testing.rates import InMemoryRates
from activity_dispatch.testing.s3 import FakeS3
from activity_dispatch.testing.slots import FakeSQS, InMemorySlots
from activity_dispatch.testing.stepfunctions import FakeStepFunctions
from activity_dispatch.testing.task_table import InMemoryTaskTable
from activity_dispatch.testing.turns import InMemoryTurns
from activity_dispatch.testing.warm_jobs import InMemoryWarmJobs

ARN = "arn:aws:states:eu-west-1:000000000000:activity:work"


@dataclass(frozen=True, kw_only=True)
class InMemoryClients:
    """The clients from `activity_dispatch.aws.clients.Clients` that the roles use."""

    stepfunctions: Any
    stepfunctions_poll: Any
    sqs: Any
    s3: Any
    logs: Any


def _unchanged[T](port: T) -> T:
    return port


@dataclass(kw_only=True)
class InMemoryStack:
    """Step Functions, queue, table, slots, S3, logs, metrics, events and a backend, all in memory.

    It starts with one activity, `ARN`; `serve` adds or replaces activities. The library's composition
    root runs on it: `Runtime(settings=..., **stack.parts())`. `clock` returns seconds since 1970;
    `sleep` is what the roles wait with: nothing by default.
    """

    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = lambda _: None
    backend: Any = field(default_factory=FakeBackend)
    stepfunctions: FakeStepFunctions = field(init=False)
    tasks: InMemoryTaskTable = field(init=False)
    slot_store: InMemorySlots = field(default_factory=InMemorySlots)
    pool_store: InMemoryPools = field(default_factory=InMemoryPools)
    rate_store: InMemoryRates = field(default_factory=InMemoryRates)
    turn_store: InMemoryTurns = field(init=False)
    cursors: InMemoryCursors = field(default_factory=InMemoryCursors)
    sqs: FakeSQS = field(default_factory=FakeSQS)
    s3: FakeS3 = field(default_factory=FakeS3)
    logs: FakeLogs = field(init=False)
    metrics: RecordedMetrics = field(default_factory=RecordedMetrics)
    events: RecordedEvents = field(default_factory=RecordedEvents)

    def __post_init__(self) -> None:
        """Serve one activity on the fake backend, without limits."""
        self.logs = FakeLogs(clock=self._now)
        self.stepfunctions = FakeStepFunctions(clock=self._now)
        self.tasks = InMemoryTaskTable(slots=self.slot_store, pools=self.pool_store, clock=self._now)
        self.turn_store = InMemoryTurns(clock=self._now)
        self.serve(
            Activity(
                arn=ARN,
                name="work",
                backend="fake",
                config={},
                heartbeat_seconds=60,
                timeout_seconds=600,
                allowed_overrides=("command",),
            )
        )

    @property
    def arn(self) -> str:
        """The activity served at first."""
        return ARN

    def serve(self, activity: Activity) -> Activity:
        """Write an activity's description to the task table, replacing any previous one."""
        self.tasks.activities[activity.arn] = activity
        if not activity.is_callback:
            self.stepfunctions.activities.setdefault(activity.arn, deque())
        return activity

    def change_activity(self, arn: str = ARN, **changes: Any) -> Activity:
        """Change an activity's description, for all later reads."""
        return self.serve(replace(self.tasks.activities[arn], **changes))

    def _now(self) -> float:
        # Read on each call: a test may replace the clock at any time.
        return self.clock()

    def _sleep(self, seconds: float) -> None:
        self.sleep(seconds)

    def parts(self, wrap: Callable[[Any], Any] = _unchanged) -> dict[str, Any]:
        """Return `Runtime`'s arguments for this stack, except its settings.

        `wrap` is applied to every port, for tests that observe or break calls.
        """
        stepfunctions, s3 = wrap(self.stepfunctions), wrap(self.s3)
        return {
            "clients": InMemoryClients(
                stepfunctions=stepfunctions,
                stepfunctions_poll=stepfunctions,
                sqs=wrap(self.sqs),
                s3=s3,
                logs=wrap(self.logs),
            ),
            "payloads": PayloadStore(client=lambda: s3, bucket="payloads"),
            "tasks": wrap(self.tasks),
            "warm_jobs": wrap(InMemoryWarmJobs(tasks=self.tasks)),
            "slot_store": wrap(self.slot_store),
            "pool_store": wrap(self.pool_store),
            "rate_store": wrap(self.rate_store),
            "turn_store": wrap(self.turn_store),
            "cursors": wrap(self.cursors),
            "create_backend": lambda *_: wrap(self.backend),
            "diagnose": FakeBackend.diagnose,
            "metrics": self.metrics,
            "announcer": self.events,
            "clock": self._now,
            "sleep": self._sleep,
        }
