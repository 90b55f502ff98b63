"""State machines' executions: they schedule tasks, retry them, are redriven, and say how they ended."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.schemas.events.samples import execution_event

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.envelope import MARK
from activity_dispatch.testing.executions import FakeTask
from activity_dispatch.testing.slots import FakeSQS
from activity_dispatch.testing.stack import ARN
from activity_dispatch.testing.stepfunctions import (
    EXECUTION_PREFIX,
    FakeStepFunctions,
    client_error,
)

# What module `activity` retries by default.
RETRIED = ("Job.Interrupted", "Dispatch.Throttled", "Dispatch.CapacityUnavailable", "Dispatch.QueueTimeout")
MAX_ATTEMPTS = 3
TIMEOUT_SECONDS = 3_600.0
FOREIGN = "token-of-another"


@dataclass(kw_only=True)
class Message:
    """A dispatch request in the queue."""

    body: str
    receives: int = 0


@dataclass(kw_only=True)
class Event:
    """An event to be delivered to the reporter."""

    content: Mapping[str, Any]
    attempts: int = 0


@dataclass(kw_only=True)
class Executions:
    """What happens in Step Functions, and the messages and events that follow from it."""

    stepfunctions: FakeStepFunctions
    activity: Activity
    messages: list[Message] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    # Messages with a delay, and when it is over.
    later: list[tuple[float, Message]] = field(default_factory=list)
    reported: set[str] = field(default_factory=set)
    is_forged: bool = False

    def __post_init__(self) -> None:
        """Let Step Functions refuse heartbeats for another account's task."""
        beat = self.stepfunctions.send_task_heartbeat

        def send(*, taskToken: str) -> dict[str, Any]:  # noqa: N803
            if taskToken == FOREIGN:
                raise client_error("AccessDeniedException", "SendTaskHeartbeat")
            return beat(taskToken=taskToken)

        self.stepfunctions.send_task_heartbeat = send  # type: ignore[method-assign]

    def receive(self, sqs: FakeSQS, now: float) -> None:
        """The queue gets messages, and hands those out whose delay is over."""
        sent = zip(sqs.bodies, sqs.delays, strict=True)
        self.later += [(now + delay, Message(body=body)) for body, delay in sent]
        sqs.bodies.clear()
        sqs.delays.clear()
        self.messages.extend(message for due, message in self.later if due <= now)
        self.later = [each for each in self.later if each[0] > now]

    @property
    def tasks(self) -> list[FakeTask]:
        """All tasks, oldest first."""
        return list(self.stepfunctions.tasks.values())

    def schedule(self, *, is_requested: bool = True, **task_input: int) -> FakeTask:
        """An execution reaches its activity; its request may be lost."""
        task = self.stepfunctions.schedule(ARN, json.dumps(task_input), **self.seconds())
        if is_requested:
            self.messages.append(Message(body=json.dumps({"activity_arn": ARN})))
        self.wrap(task)
        return task

    def wrap(self, task: FakeTask) -> None:
        """The state wraps the task's input, unless its execution's definition is an old one."""
        if self.activity.envelope and not input_of(task).get("bare"):
            facts = {"state_name": "Work", "attempt": 0, "entered_at": "now"}
            facts |= {MARK: 1, "execution_arn": task.execution_arn, "input": input_of(task)}
            task.input = json.dumps(facts)

    def schedule_parallel(self, inputs: Sequence[Mapping[str, bool]]) -> None:
        """An execution reaches as many activities at once; a failure of one ends the others."""
        first = self.schedule(**inputs[0])
        for branch, task_input in enumerate(inputs[1:], 1):
            task = self.schedule(branch=branch, **task_input)
            task.execution_arn = first.execution_arn
            self.wrap(task)

    def seconds(self) -> Mapping[str, float]:
        """Return the state's limits."""
        return {"heartbeat_seconds": self.activity.heartbeat_seconds, "timeout_seconds": TIMEOUT_SECONDS}

    def hand_over(self, *, is_sent_twice: bool, **task_input: int) -> FakeTask:
        """An execution reaches a state that waits for a callback; its message may be delivered twice."""
        task = self.stepfunctions.hand_over(json.dumps(task_input), **self.seconds())
        document = {
            "callback": "work",
            "task_token": task.token,
            "input": task.input,
            "execution_arn": task.execution_arn,
        }
        self.messages += [Message(body=json.dumps(document)) for _ in range(2 if is_sent_twice else 1)]
        return task

    def hand_over_anothers(self) -> None:
        """Somebody sends a callback message with a token that the stack may not answer for."""
        self.is_forged = True
        document = {
            "callback": "work",
            "task_token": FOREIGN,
            "input": "{}",
            "execution_arn": f"{EXECUTION_PREFIX}0",
        }
        self.messages.append(Message(body=json.dumps(document)))

    def ended(self, task: FakeTask) -> None:
        """A state's Retry schedules its task again, or the execution ends."""
        attempts = [other for other in self.tasks if is_beside(other, task)]
        error = (task.answer or {}).get("error")
        is_retried = error in RETRIED and task.activity_arn and not input_of(task).get("lost")
        if is_retried and len(attempts) < MAX_ATTEMPTS:
            self.stepfunctions.again(task)
            self.messages.append(Message(body=json.dumps({"activity_arn": ARN})))
            return
        others = [other for other in self.running(task) if other.token not in self.reported]
        if task.status != "SUCCEEDED":
            for other in others:
                self.forget(other)
        if task.status != "SUCCEEDED" or not others:
            self.announce(task, task.status)

    def running(self, task: FakeTask) -> list[FakeTask]:
        """Return the tasks that the task's execution waits for."""
        return [other for other in self.tasks if is_of(other, task) and other.status == "RUNNING"]

    def announce(self, task: FakeTask, status: str) -> None:
        """Step Functions reports an execution's status, or somebody forges that."""
        detail = {"executionArn": task.execution_arn, "status": status, "redriveCount": task.redrives}
        self.events.append(Event(content=dict(execution_event(detail))))

    def redrive(self, task: FakeTask) -> None:
        """Somebody redrives an execution, which keeps its ARN and sends no request."""
        last = {input_of(other).get("branch"): other for other in self.tasks if is_of(other, task)}
        again = [
            self.stepfunctions.again(other, redriven=True)
            for other in last.values()
            if other.status != "SUCCEEDED"
        ]
        self.announce(again[0], "RUNNING")

    def stop(self, task: FakeTask) -> None:
        """Somebody stops an execution."""
        self.stepfunctions.abort(task)

    def forget(self, task: FakeTask) -> None:
        """The execution goes on without the task, for it caught an error elsewhere: no event says so."""
        self.stepfunctions.abort(task)
        self.reported.add(task.token)

    def settle(self) -> None:
        """Carry out what follows from the ends of tasks."""
        for task in self.tasks:
            if task.status != "RUNNING" and task.token not in self.reported:
                self.reported.add(task.token)
                self.ended(task)

    def redrivable(self) -> list[FakeTask]:
        """Return the last tasks of executions that ended without success."""
        last = {task.execution_arn: task for task in self.tasks}
        ended = ("FAILED", "ABORTED")
        return [
            task
            for task in last.values()
            if task.status in ended and task.activity_arn and not self.running(task)
        ]


def is_of(other: FakeTask, task: FakeTask) -> bool:
    """Return whether the tasks are of one execution."""
    return other.execution_arn == task.execution_arn


def input_of(task: FakeTask) -> Mapping[str, int]:
    """Return a task's input."""
    found: Mapping[str, Any] = json.loads(task.input)
    inner: Mapping[str, int] = found.get("input", found)
    return inner


def state_of(task: FakeTask) -> tuple[str, int | None, int]:
    """Return what the attempts of one state have in common, since their execution's last redrive."""
    return task.execution_arn, input_of(task).get("branch"), task.redrives


def is_beside(other: FakeTask, task: FakeTask) -> bool:
    """Return whether the tasks are attempts of one state in one execution, since its last redrive."""
    return state_of(other) == state_of(task)
