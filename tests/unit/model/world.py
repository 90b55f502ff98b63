"""Everything at once: Step Functions, a queue, a table, a service, and the processes of the stack."""

import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError
from tests.unit.model.compute import Compute, Kind, ModelBackend, ModelJob, function_failed, outcome_of
from tests.unit.model.processes import AtOnce, Process

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.backends.lambda_.payload import Job
from activity_dispatch.dispatch.batch import MAX_EMPTY_POLLS
from activity_dispatch.dispatch.dispatcher import Dispatcher, Result
from activity_dispatch.dispatch.parked_tasks import ParkedTasks
from activity_dispatch.dispatch.poller_threads import PollingThreads
from activity_dispatch.dispatch.taker import Taker
from activity_dispatch.dispatch.workers_first import WorkersFirst
from activity_dispatch.domain.activities import Activity, WakeUp
from activity_dispatch.domain.jobs import JobState
from activity_dispatch.domain.outcomes import Succeeded
from activity_dispatch.domain.tasks import OutcomeName, TaskState, task_id_of
from activity_dispatch.lifecycle.canceller import Canceller, ended_execution
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.lifecycle.starter import Starter
from activity_dispatch.reconcile.reconciler import Reconciler
from activity_dispatch.reconcile.steps import TaskSteps
from activity_dispatch.report.reporter import Reporter
from activity_dispatch.stepfunctions.answers import TaskAnswers, TaskGone
from activity_dispatch.store.catalog import ActivityCatalog
from activity_dispatch.store.dispatch_queue import RequestSender, RequestsNotSent
from activity_dispatch.store.payloads import PayloadStore
from activity_dispatch.store.slots import Slots
from activity_dispatch.testing import (
    Crash,
    FakeLambdaContext,
    FakeSQS,
    FakeStepFunctions,
    InMemorySlots,
    InMemoryTaskTable,
)
from activity_dispatch.testing.stepfunctions import FakeTask
from activity_dispatch.worker.assignment import NotOurs, take
from activity_dispatch.worker.delivery import Delivery
from activity_dispatch.worker.exits import Exit
from activity_dispatch.worker.lambda_function import Processor
from activity_dispatch.worker.stop_reason import StopReason

ARN = "arn:aws:states:eu-west-1:000000000000:activity:work"
TARGET = "callback:work"
EXPECTED = (ClientError, BotoCoreError, RequestsNotSent)
# As terraform/modules/dispatcher has them: how long each function may run, and how often it is tried.
DISPATCHER_SECONDS, REPORTER_SECONDS, RECONCILER_SECONDS = 120.0, 60.0, 300.0
# A poll begins 95 s before the poller's end at the latest, and the client gives it up after 70 s.
POLLER_SECONDS = 95.0
REPORTER_ATTEMPTS, MAX_RECEIVES = 3, 20
LONG = 1e9


@dataclass(kw_only=True)
class Message:
    """A dispatch request in the queue."""

    body: str
    receives: int = 0


@dataclass(kw_only=True)
class Event:
    """An event on its way to the reporter."""

    content: Mapping[str, Any]
    attempts: int = 0


class NoLogs:
    """Jobs here write no log."""

    def last_lines(self, _location: object) -> tuple[str, ...]:
        """None."""
        return ()


class Work:
    """What the user's program calls: a moment in which all else may happen."""

    def go_on(self) -> None:
        """Take a while."""


class Beats:
    """In the place of the thread that beats for a function: beats when it is told to."""

    here = threading.local()

    def __init__(self, *, answers: TaskAnswers, token: str, end: Any, **_: object) -> None:
        self.answers, self.token, self.end = answers, token, end

    def __enter__(self) -> Self:
        Beats.here.beats = self
        return self

    def __exit__(self, *_: object) -> None:
        del Beats.here.beats

    def beat(self) -> None:
        """Beat once, as the thread would."""
        try:
            self.answers.heartbeat(self.token)
        except TaskGone:
            self.end(StopReason.TASK_GONE)
        except (ClientError, BotoCoreError):
            return


class World:
    """The state of everything, and what can happen to it."""

    def __init__(self, kind: Kind, limit: int | None, max_queue_seconds: int | None) -> None:
        self.kind, self.limit = kind, limit
        self.now = [1_000_000.0]
        self.activity = Activity(
            arn=ARN,
            name="work",
            backend="model",
            config={},
            heartbeat_seconds=180,
            timeout_seconds=1_200,
            max_concurrent_jobs=limit,
            max_queue_seconds=max_queue_seconds,
        )
        clock = self.clock
        self.stepfunctions = FakeStepFunctions(clock=clock)
        self.stepfunctions.activities[ARN] = deque()
        self.store, self.sqs = InMemorySlots(), FakeSQS()
        target = replace(self.activity, arn=TARGET, wake_up=WakeUp.CALLBACK)
        served = {ARN: self.activity, TARGET: target}
        self.tasks = InMemoryTaskTable(activities=served, slots=self.store, clock=clock)
        self.compute = Compute(kind=kind, now=self.now)
        self.messages: list[Message] = []
        self.events: list[Event] = []
        self.processes: list[Process] = []
        self.on_end: dict[Process, Any] = {}
        self.workers: dict[str, Process] = {}
        self.begun: dict[str, int] = {}
        self.told: set[str] = set()
        self.dead_letters = 0

    def clock(self) -> float:
        """Return the model's time."""
        return self.now[0]

    # What the processes are made of.

    def parts(self, process: Process) -> dict[str, Any]:
        """Return the shared parts, over this process's clients."""
        stepfunctions, tasks = process.wrap(self.stepfunctions), process.wrap(self.tasks)
        sqs = process.wrap(self.sqs)
        queue = RequestSender(client=lambda: sqs, url="queue")  # type: ignore[arg-type,return-value]
        answers = TaskAnswers(client=stepfunctions)  # type: ignore[arg-type]
        slots = Slots(store=process.wrap(self.store), queue=queue)
        payloads: Any = PayloadStore(client=lambda: None, bucket="none")  # type: ignore[arg-type,return-value]
        settler = Settler(answers=answers, tasks=tasks, payloads=payloads, slots=slots)
        backend = ModelBackend(api=process.wrap(self.compute), kind=self.kind)
        return {
            "stepfunctions": stepfunctions,
            "tasks": tasks,
            "slots": slots,
            "answers": answers,
            "settler": settler,
            "activities": ActivityCatalog(source=self.tasks),
            "backend_of": lambda _: backend,
        }

    def dispatcher(self, process: Process, body: str) -> Result:
        """The dispatcher function, for one message."""
        parts = self.parts(process)
        return Dispatcher(
            activities=parts["activities"],
            taker=self.taker(parts, "dispatcher", waits_for_slot=True),
            workers_first=WorkersFirst(stepfunctions=parts["stepfunctions"], clock=self.clock),
            parked_tasks=ParkedTasks(
                tasks=parts["tasks"], answers=parts["answers"], settler=parts["settler"]
            ),
            starter=Starter(tasks=parts["tasks"], settler=parts["settler"]),
            backend_of=parts["backend_of"],
            requests=parts["slots"].queue,
        ).handle(body)

    def taker(self, parts: dict[str, Any], poller: str, *, waits_for_slot: bool) -> Taker:
        """What dispatcher and poller take tasks with."""
        return Taker(
            stepfunctions=parts["stepfunctions"],
            slots=parts["slots"],
            poller=poller,
            waits_for_slot=waits_for_slot,
            clock=self.clock,
        )

    def poller(self, process: Process) -> str:
        """A thread of the poller function, for one poll."""
        parts = self.parts(process)
        threads = PollingThreads(
            taker=self.taker(parts, "poller", waits_for_slot=False),
            starter=Starter(tasks=parts["tasks"], settler=parts["settler"]),
            backend_of=parts["backend_of"],
            slot_seconds=0.0,
        )
        return threads.poll(self.activity)

    def ends(self, process: Process) -> tuple[Reporter, Canceller, dict[str, Any]]:
        """What the reporter and the reconciler share."""
        parts = self.parts(process)
        common = {key: parts[key] for key in ("tasks", "activities", "backend_of", "settler")}
        logs: Any = NoLogs()
        reporter = Reporter(diagnose=ModelBackend.diagnose, logs=logs, **common)
        return reporter, Canceller(stepfunctions=parts["stepfunctions"], **common), parts

    def reporter(self, process: Process, content: Mapping[str, Any]) -> None:
        """The reporter function, for one event."""
        reporter, canceller, _ = self.ends(process)
        execution = ended_execution(content)
        if execution is not None:
            canceller.cancel_execution(execution)
        else:
            reporter.handle(content)

    def reconciler(self, process: Process) -> Mapping[str, int]:
        """The reconciler function."""
        reporter, canceller, parts = self.ends(process)
        steps = TaskSteps(
            tasks=parts["tasks"],
            answers=parts["answers"],
            settler=parts["settler"],
            starter=Starter(tasks=parts["tasks"], settler=parts["settler"]),
            reporter=reporter,
            canceller=canceller,
            rate=RateLimit(per_second=1e9),
        )
        return Reconciler(
            tasks=parts["tasks"],
            slots=parts["slots"],
            steps=steps,
            backend_of=parts["backend_of"],
            threads=1,
            clock=self.clock,
        ).run()

    def worker(self, process: Process, job: ModelJob) -> int:
        """A container with the worker in it; returns its exit code."""
        parts, work = self.parts(process), process.wrap(Work())
        taken = take(parts["tasks"], job.task_id, f"ecs:{job.id}")
        if isinstance(taken, NotOurs):
            return taken.exit_code
        delivery = Delivery(settler=parts["settler"], sleep=lambda _: None, clock=self.clock)
        for _ in range(2):
            try:
                parts["answers"].heartbeat(taken.token)
            except TaskGone:
                return delivery.cancel(taken)
            except (ClientError, BotoCoreError):
                pass
            self.begin(job)
            work.go_on()
        reported = delivery.deliver(taken, Succeeded(output="1"))
        return Exit.UNSETTLED if reported is None else Exit.DONE

    def function(self, process: Process, job: ModelJob) -> None:
        """A processing function."""
        parts, work = self.parts(process), process.wrap(Work())

        def handle(_input: object) -> int:
            self.begin(job)
            work.go_on()
            Beats.here.beats.beat()
            work.go_on()
            return 1

        processor = Processor(
            handle=handle,
            answers=parts["answers"],
            tasks=parts["tasks"],
            settler=parts["settler"],
            clock=self.clock,
            beside=AtOnce,
        )
        left = process.dies_at - self.clock()
        processor.run(
            Job.from_event(job.payload), FakeLambdaContext(aws_request_id=job.id, seconds_left=left)
        )

    def begin(self, job: ModelJob) -> None:
        """The user's work is done by this job; it may be told so again."""
        self.begun.setdefault(job.id, 1)

    # What happens.

    def start(self, name: str, target: Any, lives: float, on_end: Any) -> Process:
        """Start a process; `on_end(process)` is called when it has ended."""
        process = Process(name, target, self.now[0], lives)
        self.processes.append(process)
        self.on_end[process] = on_end
        self.settle()
        return process

    def schedule(self, *, is_plain: bool, is_requested: bool) -> FakeTask:
        """An execution comes to its activity; its request may get lost."""
        seconds = {"heartbeat_seconds": 180.0, "timeout_seconds": 1_200.0}
        task = self.stepfunctions.schedule(ARN, json.dumps({"plain": is_plain}), **seconds)
        if is_requested:
            self.messages.append(Message(body=json.dumps({"activity_arn": ARN})))
        return task

    def hand_over(self, *, is_plain: bool, is_sent_twice: bool) -> FakeTask:
        """An execution comes to a state that waits for a callback; its message may come twice."""
        seconds = {"heartbeat_seconds": 180.0, "timeout_seconds": 1_200.0}
        task = self.stepfunctions.hand_over(json.dumps({"plain": is_plain}), **seconds)
        document = {
            "callback": "work",
            "task_token": task.token,
            "input": task.input,
            "execution_arn": task.execution_arn,
        }
        self.messages += [Message(body=json.dumps(document)) for _ in range(2 if is_sent_twice else 1)]
        return task

    def dispatch(self, message: Message) -> Process:
        """SQS gives a message to the dispatcher."""
        self.messages.remove(message)
        message.receives += 1
        return self.start(
            "dispatcher",
            lambda process: self.dispatcher(process, message.body),
            DISPATCHER_SECONDS,
            lambda process: self.dispatched(process, message),
        )

    def dispatched(self, process: Process, message: Message) -> None:
        """The message goes, or comes again."""
        result = process.result
        again = process.error is not None or result is Result.RETRY
        if again or (result is Result.NO_TASK and message.receives < MAX_EMPTY_POLLS):
            if message.receives < MAX_RECEIVES:
                self.messages.append(message)
            else:
                self.dead_letters += 1

    def report(self, event: Event, *, is_kept: bool) -> Process:
        """EventBridge gives an event to the reporter, and may do so again."""
        if not is_kept:
            self.events.remove(event)
        tried = Event(content=event.content, attempts=event.attempts + 1)

        def on_end(process: Process) -> None:
            if process.error is not None and tried.attempts < REPORTER_ATTEMPTS:
                self.events.append(tried)

        return self.start(
            "reporter", lambda process: self.reporter(process, event.content), REPORTER_SECONDS, on_end
        )

    def poll(self) -> Process:
        """The poller polls."""
        return self.start("poller", self.poller, POLLER_SECONDS, lambda _: None)

    def reconcile(self) -> Process:
        """The schedule fires."""
        return self.start("reconciler", self.reconciler, RECONCILER_SECONDS, lambda _: None)

    def run_job(self, job: ModelJob) -> None:
        """A queued job gets its turn."""
        job.state = JobState.RUNNING
        self.emit(job)
        if self.kind is Kind.FUNCTION:
            on_end = lambda process: self.function_ended(process, job)  # noqa: E731
            self.workers[job.id] = self.start("function", lambda p: self.function(p, job), 900.0, on_end)
        elif job.is_plain:
            self.begin(job)
        else:
            on_end = lambda process: self.end_job(job, self.exit_code(process))  # noqa: E731
            self.workers[job.id] = self.start("worker", lambda p: self.worker(p, job), LONG, on_end)

    @staticmethod
    def exit_code(process: Process) -> int:
        """What a container's worker exits with."""
        if isinstance(process.error, Crash):
            return 137
        return int(Exit.UNSETTLED if process.error is not None else process.result)

    def end_job(self, job: ModelJob, exit_code: int) -> None:
        """A container ends."""
        if job.state is not JobState.ENDED:
            job.state, job.ended_at = JobState.ENDED, self.now[0]
            job.outcome = outcome_of(job.id, exit_code)
            self.emit(job)

    def function_ended(self, process: Process, job: ModelJob) -> None:
        """An invocation ends; only a failure makes a record."""
        job.state, job.ended_at = JobState.ENDED, self.now[0]
        if process.error is not None:
            self.events.append(Event(content={"diagnosis": function_failed(job)}))

    def emit(self, job: ModelJob) -> None:
        """The service tells of a job's state."""
        if self.kind is not Kind.FUNCTION:
            self.events.append(Event(content={"diagnosis": job.diagnosis()}))

    def advance(self, seconds: float) -> None:
        """Time passes; functions that take too long are killed."""
        self.now[0] += seconds
        for process in [process for process in self.processes if process.dies_at < self.now[0]]:
            process.kill()
        self.stepfunctions.expire()
        self.settle()

    def settle(self) -> None:
        """Bring about what follows at once: ended processes, stopped jobs, new messages and events."""
        while ended := [process for process in self.processes if process.is_done]:
            for process in ended:
                self.processes.remove(process)
                expected = process.error is None or isinstance(process.error, (*EXPECTED, Crash))
                assert expected, f"{process.name}: {process.error!r}"
                self.on_end.pop(process)(process)
        while self.compute.stops:
            self.stop_job(self.compute.jobs[self.compute.stops.pop()])
        self.messages += [Message(body=body) for body in self.sqs.bodies]
        self.sqs.bodies.clear()
        for task in self.stepfunctions.tasks.values():
            if task.status != "RUNNING" and task.token not in self.told:
                self.told.add(task.token)
                detail = {"executionArn": task.execution_arn, "status": task.status}
                self.events.append(Event(content={"source": "aws.states", "detail": detail}))

    def stop_job(self, job: ModelJob) -> None:
        """The service ends a job that was stopped."""
        worker = self.workers.get(job.id)
        if worker is not None and not worker.is_done:
            worker.kill()
            self.processes.remove(worker)
            self.on_end.pop(worker)
        self.end_job(job, 143)

    def is_made_once(self, call: str) -> bool:
        """Tell whether the client for this call tries once, so that it is never made twice."""
        return call == "get_activity_task" or (call == "run_job" and self.kind is Kind.LIST)

    # What must hold.

    def check(self) -> None:
        """Assert what holds at any time."""
        under_way = self.compute.under_way()
        working: dict[str, int] = {}
        for job in self.compute.jobs.values():
            working[job.task_id] = working.get(job.task_id, 0) + self.begun.get(job.id, 0)
        twice = [task_id for task_id, jobs in working.items() if jobs > 1]
        assert not twice, f"worked at twice: {twice}"
        if self.kind is not Kind.FUNCTION:
            tasks = [job.task_id for job in under_way]
            assert len(tasks) == len(set(tasks)), f"two jobs of a task: {under_way}"
        if self.limit is not None:
            for arn in (ARN, TARGET):
                assert len(self.store.holders.get(arn, ())) <= self.limit
                assert len(self.in_slots(arn)) <= self.limit, "more jobs than slots"
        for task in self.stepfunctions.tasks.values():
            self.check_record(task)

    def in_slots(self, arn: str) -> set[str]:
        """Return the tasks with a job; an invocation that waits costs nothing, and may be in vain."""
        is_function = self.kind is Kind.FUNCTION
        jobs = self.compute.under_way()
        found = {job.task_id for job in jobs if job.id in self.begun or not is_function}
        return {task_id for task_id in found if self.tasks.records[task_id].activity_arn == arn}

    def check_record(self, task: FakeTask) -> None:
        """Assert that the table tells of a task what Step Functions does."""
        record = self.tasks.get(task_id_of(task.token))
        if record is None or record.state is not TaskState.SETTLED:
            return
        assert record.token is None
        assert record.input is None
        assert task.status != "RUNNING", "settled, and its execution waits"
        if record.outcome is not OutcomeName.CANCELLED:
            wanted = "SUCCEEDED" if record.outcome is OutcomeName.SUCCEEDED else "FAILED"
            assert (task.status, task.answer is not None) == (wanted, True)

    def open_things(self) -> list[str]:
        """Return what is not yet at rest."""
        waiting = {
            "running executions": [
                t.token for t in self.stepfunctions.tasks.values() if t.status == "RUNNING"
            ],
            "open tasks": [r.task_id for r in self.tasks.records.values() if r.poll_id is not None],
            "unsettled tasks": [
                r.task_id for r in self.tasks.records.values() if r.state is not TaskState.SETTLED
            ],
            "jobs": [job.id for job in self.compute.under_way()],
            "slots": sorted(holder for holders in self.store.holders.values() for holder in holders),
            "waiting requests": [count for count in self.store.waiting.values() if count],
        }
        return [f"{name}: {things}" for name, things in waiting.items() if things]

    def stop_processes(self) -> None:
        """End what still runs, at the end of it all."""
        for process in self.processes:
            process.kill()
        self.processes.clear()
