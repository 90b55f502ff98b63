"""State machines' executions: they schedule tasks, retry them, are redriven, and say how they ended."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from activity_dispatch.testing.executions import FakeTask
from activity_dispatch.testing.stack import ARN
from activity_dispatch.testing.stepfunctions import FakeStepFunctions

# What module `activity` retries by default.
RETRIED = ("Job.Interrupted", "Dispatch.Throttled", "Dispatch.CapacityUnavailable", "Dispatch.QueueTimeout")
MAX_ATTEMPTS = 3
TIMEOUT_SECONDS = 3_600.0


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
    heartbeat_seconds: int
    messages: list[Message] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    reported: set[str] = field(default_factory=set)

    @property
    def tasks(self) -> list[FakeTask]:
        """All tasks, oldest first."""
        return list(self.stepfunctions.tasks.values())

    def schedule(self, *, is_requested: bool = True, **task_input: bool) -> FakeTask:
        """An execution reaches its activity; its request may be lost."""
        task = self.stepfunctions.schedule(ARN, json.dumps(task_input), **self.seconds())
        if is_requested:
            self.messages.append(Message(body=json.dumps({"activity_arn": ARN})))
        return task

    def seconds(self) -> Mapping[str, float]:
        """Return the state's limits."""
        return {"heartbeat_seconds": self.heartbeat_seconds, "timeout_seconds": TIMEOUT_SECONDS}

    def hand_over(self, *, is_sent_twice: bool, **task_input: bool) -> FakeTask:
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

    def ended(self, task: FakeTask) -> None:
        """A state's Retry schedules its task again, or the execution ends."""
        attempts = [other for other in self.tasks if is_beside(other, task)]
        error = (task.answer or {}).get("error")
        if error in RETRIED and task.activity_arn and len(attempts) < MAX_ATTEMPTS:
            self.stepfunctions.again(task)
            self.messages.append(Message(body=json.dumps({"activity_arn": ARN})))
        else:
            self.announce(task, task.status)

    def announce(self, task: FakeTask, status: str) -> None:
        """Step Functions reports an execution's status, or somebody forges that."""
        detail = {"executionArn": task.execution_arn, "status": status, "redriveCount": task.redrives}
        self.events.append(Event(content={"source": "aws.states", "detail": detail}))

    def redrive(self, task: FakeTask) -> None:
        """Somebody redrives an execution, which keeps its ARN and sends no request."""
        self.announce(self.stepfunctions.again(task, redriven=True), "RUNNING")

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
        return [task for task in last.values() if task.status in ended and task.activity_arn]


def is_beside(other: FakeTask, task: FakeTask) -> bool:
    """Return whether the tasks are attempts of one state in one execution, since its last redrive."""
    return (other.execution_arn, other.redrives) == (task.execution_arn, task.redrives)
