"""The stack's processes: functions and workers, composed over calls that can fail."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError
from tests.unit.composed import SETTINGS
from tests.unit.model.compute import Compute, ModelBackend, ModelJob
from tests.unit.model.processes import AtOnce, Process

from activity_dispatch.aws.pacing import RateLimit, Retrying
from activity_dispatch.dispatch.assembly import make_dispatcher
from activity_dispatch.dispatch.dispatcher import Result
from activity_dispatch.dispatch.poller import make_polling_threads
from activity_dispatch.domain.claims import ecs_claimant
from activity_dispatch.domain.invocation import Invocation
from activity_dispatch.domain.outcomes import Succeeded
from activity_dispatch.lifecycle.canceller import ended_execution
from activity_dispatch.reconcile.assembly import make_reconciler
from activity_dispatch.report.reporter import make_reporter
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.runtime.endings import make_canceller
from activity_dispatch.stepfunctions.answers import TaskAnswers, TaskGone
from activity_dispatch.testing import (
    FakeLambdaContext,
)
from activity_dispatch.testing.stack import ARN, InMemoryStack
from activity_dispatch.worker.assignment import NotOurs, take
from activity_dispatch.worker.delivery import Delivery
from activity_dispatch.worker.exits import Exit
from activity_dispatch.worker.lambda_function import make_processor
from activity_dispatch.worker.stop_reason import StopReason


class Work:
    """A call of the user's program, during which anything else may happen."""

    def go_on(self) -> None:
        """Continue after a while."""


class Beats:
    """Stands in for a function's heartbeat thread; beats only when the function calls `beat`."""

    here = threading.local()

    def __init__(self, *, answers: TaskAnswers, token: str, stop: Any, **_: object) -> None:
        self.answers, self.token, self.stop = answers, token, stop

    def __enter__(self) -> Self:
        Beats.here.beats = self
        return self

    def __exit__(self, *_: object) -> None:
        del Beats.here.beats

    def beat(self) -> None:
        """Send one heartbeat, as the thread would."""
        try:
            self.answers.heartbeat(self.token)
        except TaskGone:
            self.stop(StopReason.TASK_GONE)
        except (ClientError, BotoCoreError):
            return


@dataclass(kw_only=True)
class Roles:
    """What each process does. `begun` holds the jobs that have done the user's work."""

    stack: InMemoryStack
    compute: Compute
    begun: dict[str, int] = field(default_factory=dict)

    def runtime(self, process: Process) -> Runtime:
        """Return the parts of a function or worker, over the calls of this process."""
        backend = ModelBackend(api=process.wrap(self.compute), kind=self.compute.kind)
        parts = {**self.stack.parts(process.wrap), "create_backend": lambda *_: backend}
        return Runtime(settings=SETTINGS, **parts)

    def dispatcher(self, process: Process, body: str) -> Result:
        """The dispatcher function, for one message."""
        return make_dispatcher(self.runtime(process), "dispatcher").handle(body)

    def poller(self, process: Process) -> str:
        """A thread of the poller function, for one poll."""
        return make_polling_threads(self.runtime(process), "poller", slot_seconds=0.0).poll(
            self.stack.tasks.activities[ARN]
        )

    def reporter(self, process: Process, content: Mapping[str, Any]) -> None:
        """The reporter function, for one event."""
        runtime, execution = self.runtime(process), ended_execution(content)
        if execution is not None:
            make_canceller(runtime).cancel_execution(execution)
        else:
            make_reporter(runtime).handle(content)

    def reconciler(self, process: Process) -> Mapping[str, int]:
        """The reconciler function."""
        heartbeats = RateLimit(per_second=1e9)
        return make_reconciler(self.runtime(process), threads=1, heartbeats=heartbeats).run()

    def worker(self, process: Process, job: ModelJob) -> int:
        """A container that runs the worker; returns its exit code."""
        runtime, work = self.runtime(process), process.wrap(Work())
        taken = take(runtime.tasks, job.task_id, ecs_claimant(job.id))
        if isinstance(taken, NotOurs):
            return taken.exit_code
        delivery = Delivery(settler=runtime.settler, sleep=lambda _: None, clock=self.stack.clock)
        for _ in range(2):
            try:
                runtime.answers.heartbeat(taken.assignment.token)
            except TaskGone:
                return delivery.cancel(taken.assignment)
            except (ClientError, BotoCoreError):
                pass
            self.begin(job)
            work.go_on()
        reported = delivery.deliver(taken.assignment, Succeeded(output="1"))
        return Exit.UNSETTLED if reported is None else Exit.DONE

    def function(self, process: Process, job: ModelJob) -> None:
        """A processing function."""
        work = process.wrap(Work())

        def handle(_input: object) -> int:
            self.begin(job)
            work.go_on()
            Beats.here.beats.beat()
            work.go_on()
            return 1

        processor = replace(
            make_processor(handle, self.runtime(process)),
            make_executor=AtOnce,
            retrying=Retrying(limit_seconds=0.0),
        )
        left = process.dies_at - self.stack.clock()
        processor.run(
            Invocation.from_event(job.payload), FakeLambdaContext(aws_request_id=job.id, seconds_left=left)
        )

    def begin(self, job: ModelJob) -> None:
        """Record that this job does the user's work; a second call changes nothing."""
        self.begun.setdefault(job.id, 1)
