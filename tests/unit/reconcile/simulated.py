"""Hours of passes within a second: a clock on which only heartbeats, pauses and passes take time."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.unit.composed import Composed

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.domain.jobs import JobId, JobState
from activity_dispatch.domain.tasks import Task, TaskRecord, TaskState, task_id_of
from activity_dispatch.observe.metrics import Metric
from activity_dispatch.reconcile.assembly import make_reconciler
from activity_dispatch.reconcile.reconciler import Reconciler
from activity_dispatch.testing import Crash
from activity_dispatch.testing.executions import FakeTask

START = 1_000_000.0


@dataclass(kw_only=True)
class Simulated:
    """A stack whose reconciler sends `per_second` heartbeats a second; `fails` says which passes fail."""

    per_second: float = 300.0
    seed: int = 1
    stack: Composed = field(default_factory=Composed)
    now: float = START
    passes: int = 0
    failed: list[bool] = field(default_factory=list)
    longest_pass: float = 0.0
    reconciler: Reconciler = field(init=False)
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Compose the reconciler on the simulated clock."""
        self.chance = random.Random(self.seed)  # noqa: S311 (no secret)
        self.stack.clock = lambda: self.now
        self.stack.backend.state = JobState.QUEUED
        self.reconciler = self.compose()

    def compose(self) -> Reconciler:
        """Return a reconciler that remembers nothing."""
        return make_reconciler(
            self.stack.runtime,
            threads=1,
            heartbeats=self.pace(self.per_second),
            describing=lambda: self.pace(20),
        )

    def pace(self, per_second: float) -> RateLimit:
        """Return a pace on the simulated clock."""
        return RateLimit(per_second=per_second, clock=lambda: self.now, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def open(self, count: int, heartbeat_seconds: int, arn: str | None = None) -> list[FakeTask]:
        """Return new tasks with queued jobs, of an activity with these HeartbeatSeconds."""
        stack = self.stack
        arn = arn or stack.arn
        stack.serve(
            replace(stack.activity, arn=arn, heartbeat_seconds=heartbeat_seconds, timeout_seconds=10**7)
        )
        return [self._open(arn, heartbeat_seconds) for _ in range(count)]

    def _open(self, arn: str, heartbeat_seconds: int) -> FakeTask:
        stack = self.stack
        task = stack.stepfunctions.hand_over(heartbeat_seconds=float(heartbeat_seconds))
        taken = Task(
            activity_arn=arn,
            token=task.token,
            input="{}",
            heartbeat_seconds=heartbeat_seconds,
            poll_id=f"{int(self.now):08x}{len(stack.tasks.records):08x}",
        )
        job = stack.backend.start(taken)
        stack.tasks.records[taken.task_id] = TaskRecord(
            task_id=taken.task_id,
            activity_arn=arn,
            backend="fake",
            state=TaskState.STARTED,
            heartbeat_seconds=heartbeat_seconds,
            starting_at=self.now,
            started_at=self.now,
            poll_id=taken.poll_id,
            token=task.token,
            job_id=JobId(job),
        )
        return task

    def run(self, *, hours: float, failing: Callable[["Simulated"], bool] = lambda _: False) -> None:
        """Make a pass a minute, each up to a second early or late."""
        end, due = self.now + hours * 3600, self.now
        while due < end:
            due += 60
            self.now = max(self.now, due + self.chance.uniform(-1, 1))
            self.passes += 1
            begun = self.now
            if not failing(self):
                self.reconciler.run()
            self.longest_pass = max(self.longest_pass, self.now - begun)
        self.stack.stepfunctions.expire()

    def kill_after(self, seconds: float) -> None:
        """Make a pass that is killed after this time, in a process that ends with it."""
        began, heartbeat = self.now, self.stack.stepfunctions.send_task_heartbeat

        def die(**parameters: str) -> dict[str, object]:
            if self.now - began > seconds:
                raise Crash
            return heartbeat(**parameters)

        self.stack.stepfunctions.send_task_heartbeat = die  # type: ignore[method-assign]
        try:
            self.reconciler.run()
        except Crash:
            pass
        finally:
            self.stack.stepfunctions.send_task_heartbeat = heartbeat  # type: ignore[method-assign]
        self.reconciler = self.compose()

    @staticmethod
    def job_of(task: FakeTask) -> JobId:
        """Return a task's job."""
        return JobId(f"fake-{task_id_of(task.token)}")

    def lost(self) -> int:
        """Return how many tasks have timed out."""
        return sum(task.timed_out for task in self.stack.stepfunctions.tasks.values())

    def longest(self, metric: Metric) -> float:
        """Return the metric's largest value."""
        return max(value for value, _ in self.stack.metrics.of(metric))
