"""A whole stack in memory: what the library's roles need, and what a test wants to look at."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from activity_dispatch.domain.activities import Activity
from activity_dispatch.store.payloads import PayloadStore
from activity_dispatch.testing.backend import FakeBackend
from activity_dispatch.testing.logs import FakeLogs
from activity_dispatch.testing.metrics import RecordedMetrics
from activity_dispatch.testing.s3 import FakeS3
from activity_dispatch.testing.slots import FakeSQS, InMemorySlots
from activity_dispatch.testing.stepfunctions import FakeStepFunctions
from activity_dispatch.testing.task_table import InMemoryTaskTable

ARN = "arn:aws:states:eu-west-1:000000000000:activity:work"


@dataclass(frozen=True, kw_only=True)
class InMemoryClients:
    """The clients of `activity_dispatch.aws.clients.Clients` that the stack's roles use."""

    stepfunctions: Any
    stepfunctions_poll: Any
    sqs: Any
    s3: Any
    logs: Any


def _unchanged[T](port: T) -> T:
    return port


@dataclass(kw_only=True)
class InMemoryStack:
    """Step Functions, queue, table, slots, S3, logs, metrics and a backend, all in memory.

    It serves one activity, `ARN`, at first; `serve` adds and changes activities. The library's own
    composition roots work over it: `Runtime(settings=..., **stack.parts())`. `clock` gives seconds
    since 1970.
    """

    clock: Callable[[], float] = time.time
    backend: Any = field(default_factory=FakeBackend)
    stepfunctions: FakeStepFunctions = field(init=False)
    tasks: InMemoryTaskTable = field(init=False)
    slot_store: InMemorySlots = field(default_factory=InMemorySlots)
    sqs: FakeSQS = field(default_factory=FakeSQS)
    s3: FakeS3 = field(default_factory=FakeS3)
    logs: FakeLogs = field(default_factory=FakeLogs)
    metrics: RecordedMetrics = field(default_factory=RecordedMetrics)

    def __post_init__(self) -> None:
        """Serve one activity of a fake backend, with no limits."""
        self.stepfunctions = FakeStepFunctions(clock=self._now)
        self.tasks = InMemoryTaskTable(slots=self.slot_store, clock=self._now)
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

    def serve(self, activity: Activity) -> Activity:
        """Describe an activity in the task table, in place of what was known of it."""
        self.tasks.activities[activity.arn] = activity
        if not activity.is_callback:
            self.stepfunctions.activities.setdefault(activity.arn, deque())
        return activity

    def change_activity(self, arn: str = ARN, **changes: Any) -> Activity:
        """Change an activity's description, for whoever reads it from now on."""
        return self.serve(replace(self.tasks.activities[arn], **changes))

    def _now(self) -> float:
        # Looked up at each call: a test may set another clock at any time.
        return self.clock()

    def parts(self, wrap: Callable[[Any], Any] = _unchanged) -> dict[str, Any]:
        """Return the arguments of `Runtime` for this stack, except its settings.

        `wrap` is applied to every port, for a test that watches or breaks calls.
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
            "slot_store": wrap(self.slot_store),
            "create_backend": lambda *_: wrap(self.backend),
            "diagnose": FakeBackend.diagnose,
            "metrics": self.metrics,
            "clock": self._now,
        }
