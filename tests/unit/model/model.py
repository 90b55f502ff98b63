"""Everything together: Step Functions, a queue, a table, a compute service and the stack's processes."""

import json
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from tests.unit.model.aftermath import check_nothing_is_left, check_stopped
from tests.unit.model.compute import (
    FIRST,
    FUNCTION_SECONDS,
    SECOND,
    Compute,
    Kind,
    ModelJob,
    fallbacks_of,
    function_failed,
    judge,
    outcome_of,
)
from tests.unit.model.counts import count_process
from tests.unit.model.executions import Event, Executions, Message
from tests.unit.model.processes import Process, exit_code
from tests.unit.model.roles import Roles
from tests.unit.model.served import LINGER_SECONDS, serve

from activity_dispatch.dispatch.batch import MAX_EMPTY_POLLS
from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.jobs import JobState
from activity_dispatch.lifecycle.canceller import ended_execution
from activity_dispatch.lifecycle.concluder import OutputNotReady
from activity_dispatch.report.ended_jobs import EndNotDescribed
from activity_dispatch.store.dispatch_queue import RequestsNotSent
from activity_dispatch.testing import Crash
from activity_dispatch.testing.stack import InMemoryStack

EXPECTED = (ClientError, BotoCoreError, RequestsNotSent, OutputNotReady, EndNotDescribed, ExceptionGroup)
# From terraform/modules/control-plane: how long each function may run, and how often it is tried.
DISPATCHER_SECONDS, REPORTER_SECONDS, RECONCILER_SECONDS = 300.0, 60.0, 300.0
REPORTER_ATTEMPTS, MAX_RECEIVES, LONG = 3, 20, 1e9
# How late a log's last line becomes readable.
LOG_SECONDS = 5.0
# How long a call may take, by its client's limits: its process is killed then.
CALL_SECONDS = 75.0


class Model:
    """The state of the whole stack, and what can happen to it.

    `chain` says whether the second service is taken after an interruption.
    """

    dead_letters = 0

    def __init__(
        self,
        kind: Kind,
        limit: int | None,
        *,
        second_kind: Kind | None = None,
        chain: bool | None = None,
        lingers: bool = False,
        pool: int | None = None,
        rate: float | None = None,
        **settings: Any,
    ) -> None:
        self.limit, self.pool, self.rate = limit, pool, rate
        self.fallbacks = fallbacks_of(chain, kind, second_kind or kind)
        self.now = [1_000_000.0]
        self.stack = InMemoryStack(clock=self.clock)
        self.stack.tasks.check = judge
        linger = LINGER_SECONDS if lingers and Kind.FUNCTION not in (kind, second_kind) else None
        limits: dict[str, Any] = {"max_concurrent_jobs": limit, "max_starts_per_second": rate, "pool": pool}
        settings |= {**limits, "linger_seconds": linger, "fallbacks": self.fallbacks}
        self.activity = serve(self.stack, **settings)
        self.stepfunctions, self.tasks = self.stack.stepfunctions, self.stack.tasks
        self.store, self.sqs = self.stack.slot_store, self.stack.sqs
        self.compute = Compute(kinds={FIRST: kind, SECOND: second_kind or kind}, now=self.now)
        self.roles = Roles(stack=self.stack, compute=self.compute, now=self.now)
        self.executions = Executions(stepfunctions=self.stepfunctions, activity=self.activity)
        self.messages, self.events = self.executions.messages, self.executions.events
        self.processes: list[Process] = []
        self.on_end: dict[Process, Any] = {}
        self.workers: dict[str, Process] = {}

    def clock(self) -> float:
        """Return the model's time."""
        return self.now[0]

    def start(self, name: str, target: Any, lives: float, on_end: Any) -> Process:
        """Start a process; call `on_end(process)` when it has ended."""
        process = Process(name, target, self.clock, lives)
        self.processes.append(process)
        self.on_end[process] = on_end
        self.settle()
        return process

    def dispatch(self, message: Message) -> Process:
        """SQS delivers a message to the dispatcher."""
        self.messages.remove(message)
        message.receives += 1
        return self.start(
            "dispatcher",
            lambda process: self.roles.dispatcher(process, message.body),
            DISPATCHER_SECONDS,
            lambda process: self.dispatched(process, message),
        )

    def dispatched(self, process: Process, message: Message) -> None:
        """The message is deleted or delivered again."""
        result = process.result
        again = process.error is not None or result is Result.RETRY
        if again or (result is Result.NO_TASK and message.receives < MAX_EMPTY_POLLS):
            if message.receives < MAX_RECEIVES:
                self.messages.append(message)
            else:
                self.dead_letters += 1

    def report(self, event: Event, *, is_kept: bool) -> Process:
        """EventBridge delivers an event to the reporter, and may do so again."""
        if not is_kept:
            self.events.remove(event)
        tried = Event(content=event.content, attempts=event.attempts + 1)
        ended = ended_execution(event.content)
        check = None if ended is None else check_stopped(self, ended)

        def on_end(process: Process) -> None:
            if check is not None:
                check(process)
            if process.error is not None and tried.attempts < REPORTER_ATTEMPTS:
                self.events.append(tried)

        return self.start(
            "reporter", lambda process: self.roles.reporter(process, event.content), REPORTER_SECONDS, on_end
        )

    def poll(self) -> Process:
        """The poller polls."""
        return self.start("poller", self.roles.poller, DISPATCHER_SECONDS, lambda _: None)

    def reconcile(self) -> Process:
        """The schedule fires."""
        return self.start("reconciler", self.roles.reconciler, RECONCILER_SECONDS, lambda _: None)

    def run_job(self, job: ModelJob) -> None:
        """A queued job gets its turn."""
        job.state = JobState.RUNNING
        self.emit(job)
        if job.kind is Kind.FUNCTION:
            self.deliver(job)
        elif job.is_plain:
            self.roles.begin(job)
        else:
            on_end = lambda process: self.end_job(job, exit_code(process))  # noqa: E731
            self.workers[job.id] = self.start("worker", lambda p: self.roles.worker(p, job), LONG, on_end)

    def deliver(self, job: ModelJob) -> None:
        """Lambda delivers an invocation, which it may do again under the same request id."""
        on_end = lambda process: self.function_ended(process, job)  # noqa: E731
        process = self.start("function", lambda p: self.roles.function(p, job), FUNCTION_SECONDS, on_end)
        self.workers.setdefault(job.id, process)

    def requeue(self, job: ModelJob) -> None:
        """A job that lost its host goes back to its queue, as Batch's do."""
        self.lose_worker(job)
        self.roles.forget(job)
        job.state = JobState.QUEUED

    def end_job(self, job: ModelJob, exit_code: int) -> None:
        """A container ends."""
        if job.state is not JobState.ENDED:
            job.state, job.ended_at = JobState.ENDED, self.now[0]
            job.outcome = outcome_of(job.id, exit_code)
            self.log_end(job)
            self.emit(job)

    def log_end(self, job: ModelJob) -> None:
        """A job's last line is readable only after a while, and another one might be taken for it."""
        self.stack.logs.lines["jobs", job.id] = [json.dumps({"progress": 1})]
        self.stack.logs.late["jobs", job.id] = [(self.now[0] + LOG_SECONDS, job.result)]

    def function_ended(self, process: Process, job: ModelJob) -> None:
        """An invocation ends; only a failure is recorded."""
        if process is self.workers[job.id]:
            job.state, job.ended_at = JobState.ENDED, self.now[0]
        if process.error is not None:
            job.was_killed = job.was_killed or isinstance(process.error, Crash)
            self.events.append(Event(content={"diagnosis": function_failed(job)}))

    def emit(self, job: ModelJob) -> None:
        """The service reports a job's state; like Batch, one kind does not say how a job ended."""
        if job.kind is not Kind.FUNCTION:
            reported = replace(job.diagnosis(), outcome=None) if job.kind is Kind.LIST else job.diagnosis()
            self.events.append(Event(content={"diagnosis": reported}))

    def advance(self, seconds: float) -> None:
        """Time passes; functions that run too long are killed."""
        self.now[0] += seconds
        for process in list(self.processes):
            hangs = process.since + CALL_SECONDS < self.now[0] and process.pending not in ("pause", "go_on")
            if process.dies_at < self.now[0] or hangs:
                process.kill()
        self.stepfunctions.expire()
        self.settle()

    def settle(self) -> None:
        """Carry out what follows at once: ended processes, stopped jobs, new messages and events."""
        while ended := [process for process in self.processes if process.is_done]:
            for process in ended:
                self.processes.remove(process)
                expected = process.error is None or isinstance(process.error, (*EXPECTED, Crash))
                assert expected, f"{process.name}: {process.error!r}"
                self.on_end.pop(process)(process)
                count_process(process)
                check_nothing_is_left(self, process)
        while self.compute.stops:
            self.stop_job(self.compute.jobs[self.compute.stops.pop()])
        self.executions.receive(self.sqs, self.now[0])
        self.executions.settle()

    def stop_job(self, job: ModelJob) -> None:
        """The service ends a job that was stopped."""
        self.lose_worker(job)
        self.end_job(job, 143)

    def lose_worker(self, job: ModelJob) -> None:
        """A job's worker is killed at once."""
        worker = self.workers.pop(job.id, None)
        if worker is not None and not worker.is_done:
            worker.kill()
            self.processes.remove(worker)
            self.on_end.pop(worker)

    def stop_processes(self) -> None:
        """Kill the processes that still run."""
        for process in self.processes:
            process.kill()
        self.processes.clear()
