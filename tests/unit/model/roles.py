"""The stack's processes: functions and workers, composed over calls that can fail."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError
from tests.unit.composed import SETTINGS
from tests.unit.model.aftermath import Noted
from tests.unit.model.compute import Compute, ModelBackend, ModelJob
from tests.unit.model.counts import counted
from tests.unit.model.processes import AtOnce, Process
from tests.unit.model.workers import Worker

from activity_dispatch.aws.pacing import Pace, RateLimit, Retrying
from activity_dispatch.dispatch.assembly import make_dispatcher
from activity_dispatch.dispatch.batch import START_SECONDS
from activity_dispatch.dispatch.poller import make_polling_threads
from activity_dispatch.dispatch.results import Result
from activity_dispatch.dispatch.taker import Taker
from activity_dispatch.domain.invocation import Invocation
from activity_dispatch.domain.jobs import JobId
from activity_dispatch.domain.limits import POLL_READ_TIMEOUT_SECONDS
from activity_dispatch.lifecycle.canceller import ended_execution
from activity_dispatch.reconcile.assembly import make_reconciler
from activity_dispatch.report.redriver import make_redriver, redriven_execution
from activity_dispatch.report.reporter import make_reporter
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.runtime.endings import make_canceller
from activity_dispatch.stepfunctions.answers import TaskAnswers, TaskGone
from activity_dispatch.testing import (
    FakeLambdaContext,
)
from activity_dispatch.testing.stack import ARN, InMemoryStack
from activity_dispatch.worker.container.stopper import Stopper
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


@dataclass(frozen=True, kw_only=True)
class Pauses:
    """A process's own waiting, during which anything else may happen."""

    here = threading.local()
    now: list[float]

    def pause(self, seconds: float) -> None:
        """Wait: time passes for everybody."""
        self.now[0] += seconds


@dataclass(kw_only=True)
class Roles:
    """What each process does. `begun` says how often each job has begun the user's work.

    `followed` has the jobs that have begun each task that a warm worker took, and `follows` the task that a
    job does now beside its own.
    """

    stack: InMemoryStack
    compute: Compute
    now: list[float]
    begun: dict[JobId, int] = field(default_factory=dict)
    followed: dict[str, list[JobId]] = field(default_factory=dict)
    follows: dict[JobId, str] = field(default_factory=dict)
    stoppers: dict[JobId, Stopper] = field(default_factory=dict)
    pace: Pace = field(init=False)

    def __post_init__(self) -> None:
        """Let throttled polls slow down all processes."""
        self.pace = Pace(clock=lambda: self.now[0], sleep=lambda seconds: Pauses.here.pause(seconds))

    def runtime(self, process: Process) -> Runtime:
        """Return the parts of a function or worker, over the calls of this process."""
        api, kinds = process.wrap(self.compute), self.compute.kinds

        def create(_name: str, config: Mapping[str, Any], _clients: object) -> ModelBackend:
            return ModelBackend(api=api, service=config["service"], kind=kinds[config["service"]])

        pause = process.wrap(Pauses(now=self.now)).pause
        stack = self.stack
        noted = {
            "tasks": process.wrap(Noted(stack.tasks, process.calls)),
            "pool_store": process.wrap(Noted(stack.pool_store, process.calls)),
            "slot_store": process.wrap(Noted(stack.slot_store, process.calls)),
        }
        parts = {**stack.parts(process.wrap), **noted, "create_backend": create, "sleep": pause}
        return Runtime(settings=SETTINGS, **parts)

    def dispatcher(self, process: Process, body: str) -> Result:
        """The dispatcher function, for one message."""
        dispatcher = make_dispatcher(self.runtime(process), "dispatcher")
        source = replace(dispatcher.source, taker=self.paced(dispatcher.source.taker, process))
        return replace(dispatcher, source=source).handle(body, self.seconds_left(process))

    def poller(self, process: Process) -> str:
        """A thread of the poller function, for one poll."""
        threads = make_polling_threads(self.runtime(process), "poller", slot_seconds=0.0)
        left = self.seconds_left(process)
        paced = replace(threads, taker=self.paced(threads.taker, process), seconds_left=left)
        return paced.poll(self.stack.tasks.activities[ARN])

    def paced(self, taker: Taker, process: Process) -> Taker:
        """Return the taker with the pace that all processes share; its pauses are this process's."""
        Pauses.here.pause = process.wrap(Pauses(now=self.now)).pause
        return replace(taker, pace=self.pace)

    def seconds_left(self, process: Process) -> Callable[[], float]:
        """Return what tells how much time is left for a poll to begin."""
        return lambda: process.dies_at - self.now[0] - POLL_READ_TIMEOUT_SECONDS - START_SECONDS

    def reporter(self, process: Process, content: Mapping[str, Any]) -> None:
        """The reporter function, for one event."""
        runtime = self.runtime(process)
        ended, redriven = ended_execution(content), redriven_execution(content)
        if ended is not None:
            make_canceller(runtime).cancel_execution(ended)
        elif redriven is not None:
            make_redriver(runtime).ask(redriven)
        else:
            make_reporter(runtime).handle(content)

    def reconciler(self, process: Process) -> Mapping[str, int]:
        """The reconciler function."""
        paces: dict[str, Any] = {
            "heartbeats": RateLimit(per_second=1e9),
            "describing": lambda: RateLimit(per_second=1e9),
        }
        return make_reconciler(self.runtime(process), threads=1, **paces).run()

    def worker(self, process: Process, job: ModelJob) -> int:
        """A container that runs the worker; returns its exit code."""
        stopper = self.stoppers.setdefault(job.id, Stopper(grace_seconds=1.0))
        return Worker(
            job=job,
            runtime=self.runtime(process),
            work=process.wrap(Work()),
            notes=self,
            stopper=stopper,
            lingers=self.may_linger(job),
            clock=self.stack.clock,
        ).run()

    def may_linger(self, job: ModelJob) -> bool:
        """Return whether the job's container has the setting, which only those of the activity have."""
        activity = self.stack.tasks.activities.get(ARN)
        lingers = activity is not None and activity.linger_seconds is not None
        return lingers and not job.is_plain and job.payload["activity_arn"] == ARN

    def function(self, process: Process, job: ModelJob) -> None:
        """A processing function."""
        work = process.wrap(Work())

        def handle(_input: object) -> int:
            self.begin(job)
            process.works_for = job.id
            try:
                work.go_on()
                Beats.here.beats.beat()
                work.go_on()
            finally:
                process.works_for = ""
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

    def begin(self, job: ModelJob, task_id: str | None = None) -> None:
        """Record that a process does the user's work for this job, or for a task that the job took."""
        if task_id in (None, job.task_id):
            self.begun[job.id] = self.begun.get(job.id, 0) + 1
        else:
            self.followed.setdefault(str(task_id), []).append(job.id)
            self.follows[job.id] = str(task_id)
            counted["warm followed"] += 1

    def end(self, job: ModelJob) -> None:
        """Record that the user's work for a task that the job took has ended."""
        self.follows.pop(job.id, None)

    def forget(self, job: ModelJob) -> None:
        """A job goes back to its queue: its next attempt begins anew."""
        self.begun.pop(job.id, None)
        self.follows.pop(job.id, None)
        self.stoppers.pop(job.id, None)
