"""Step Functions' activities and callbacks in memory, shaped like boto3's client."""

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from botocore.exceptions import ClientError

from activity_dispatch.domain import strict_json
from activity_dispatch.domain.limits import MAX_CAUSE_CHARACTERS, MAX_ERROR_CHARACTERS, MAX_OUTPUT_BYTES
from activity_dispatch.testing.executions import FakeTask, history_of

EXECUTION_PREFIX = "arn:aws:states:eu-west-1:000000000000:execution:machine:"


@dataclass(kw_only=True)
class FakeStepFunctions:
    """Hands out each scheduled task once and accepts one answer for it, as Step Functions does.

    GetActivityTask does not wait: if there is no task, it returns at once, without a token. `clock`
    returns seconds; a task times out when it is next accessed, or in `expire`.
    """

    clock: Callable[[], float] = time.monotonic
    tasks: dict[str, FakeTask] = field(default_factory=dict)
    activities: dict[str, deque[str]] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def schedule(self, activity_arn: str, task_input: str = "{}", **seconds: Any) -> FakeTask:
        """Schedule a task of an activity, which is created if it is new.

        `seconds` are the state's `heartbeat_seconds` and `timeout_seconds`, by default without limit.
        """
        with self._lock:
            number = next(self._numbers)
            arn = f"{EXECUTION_PREFIX}{number}"
            task = FakeTask(token=f"token-{number}", input=task_input, execution_arn=arn, **seconds)
            return self._schedule(replace(task, activity_arn=activity_arn))

    def again(self, task: FakeTask, *, redriven: bool = False) -> FakeTask:
        """Schedule an ended task's state once more, as its Retry does, or a redrive of its execution."""
        with self._lock:
            return self._schedule(
                FakeTask(
                    token=f"token-{next(self._numbers)}",
                    input=task.input,
                    execution_arn=task.execution_arn,
                    activity_arn=task.activity_arn,
                    heartbeat_seconds=task.heartbeat_seconds,
                    timeout_seconds=task.timeout_seconds,
                    redrives=task.redrives + redriven,
                )
            )

    def _schedule(self, task: FakeTask) -> FakeTask:
        task.scheduled_at = self.clock()
        self.tasks[task.token] = task
        self.activities.setdefault(task.activity_arn, deque()).append(task.token)
        return task

    def hand_over(self, task_input: str = "{}", **seconds: Any) -> FakeTask:
        """Enter a state that waits for a callback: its clocks run, and its token is handed out.

        `seconds` are the state's `heartbeat_seconds` and `timeout_seconds`, by default without limit.
        """
        with self._lock:
            number = next(self._numbers)
            arn = f"{EXECUTION_PREFIX}{number}"
            task = FakeTask(token=f"token-{number}", input=task_input, execution_arn=arn, **seconds)
            task.started_at = task.last_sign_at = self.clock()
            self.tasks[task.token] = task
            return task

    def abort(self, task: FakeTask) -> None:
        """Stop the task's execution, as StopExecution does."""
        with self._lock:
            self._expire(task)
            if task.status == "RUNNING":
                task.aborted, task.ended_at = True, self.clock()
                for queue in self.activities.values():
                    if task.token in queue:
                        queue.remove(task.token)

    def expire(self) -> None:
        """Time out all tasks whose time is up."""
        with self._lock:
            for task in self.tasks.values():
                self._expire(task)

    def get_activity_task(self, *, activityArn: str, workerName: str) -> dict[str, Any]:  # noqa: N803
        """Hand out the oldest scheduled task."""
        with self._lock:
            if activityArn not in self.activities:
                raise client_error("ActivityDoesNotExist", "GetActivityTask")
            queue = self.activities[activityArn]
            if not queue:
                return {}
            task = self.tasks[queue.popleft()]
            task.worker_name = workerName
            task.started_at = task.last_sign_at = self.clock()
            return {"taskToken": task.token, "input": task.input}

    def send_task_heartbeat(self, *, taskToken: str) -> dict[str, Any]:  # noqa: N803
        """Accept a heartbeat."""
        with self._lock:
            task = self._open(taskToken, "SendTaskHeartbeat")
            task.heartbeats, task.last_sign_at = task.heartbeats + 1, self.clock()
            return {}

    def send_task_success(self, *, taskToken: str, output: str) -> dict[str, Any]:  # noqa: N803
        """Accept the output."""
        with self._lock:
            task = self._open(taskToken, "SendTaskSuccess")
            if not _is_output(output):
                raise client_error("InvalidOutput", "SendTaskSuccess")
            task.answer, task.ended_at = {"output": output}, self.clock()
            return {}

    def send_task_failure(
        self,
        *,
        taskToken: str,  # noqa: N803
        error: str,
        cause: str,
    ) -> dict[str, Any]:
        """Accept error and cause."""
        with self._lock:
            task = self._open(taskToken, "SendTaskFailure")
            if len(error) > MAX_ERROR_CHARACTERS or len(cause) > MAX_CAUSE_CHARACTERS:
                raise client_error("ValidationException", "SendTaskFailure")
            (error + cause).encode()
            task.answer, task.ended_at = {"error": error, "cause": cause}, self.clock()
            return {}

    def get_execution_history(self, *, executionArn: str, **_: object) -> dict[str, Any]:  # noqa: N803
        """Return the events of an execution's tasks."""
        with self._lock:
            found = [task for task in self.tasks.values() if task.execution_arn == executionArn]
            if not found:
                raise client_error("ExecutionDoesNotExist", "GetExecutionHistory")
            for task in found:
                self._expire(task)
            return {"events": history_of(found)}

    def get_paginator(self, operation: str) -> "_Paginator":
        """Return a paginator whose only page is the response to one call."""
        return _Paginator(getattr(self, operation))

    def _open(self, token: str, operation: str) -> FakeTask:
        task = self.tasks.get(token)
        if task is None:
            raise client_error("InvalidToken", operation)
        self._expire(task)
        if task.status != "RUNNING":
            raise client_error("TaskTimedOut", operation)
        return task

    def _expire(self, task: FakeTask) -> None:
        deadline = min(task.started_at + task.timeout_seconds, task.last_sign_at + task.heartbeat_seconds)
        if task.status == "RUNNING" and self.clock() > deadline:
            task.timed_out, task.ended_at = True, deadline


@dataclass(frozen=True)
class _Paginator:
    call: Callable[..., dict[str, Any]]

    def paginate(self, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Yield the one page."""
        yield self.call(**parameters)


def _is_output(text: str) -> bool:
    """Return whether Step Functions accepts the text: standard JSON, without NaN, up to 256 KiB."""
    if len(text.encode()) > MAX_OUTPUT_BYTES + len("[]"):
        return False
    try:
        strict_json.read(text)
    except ValueError:
        return False
    return True


def client_error(code: str, operation: str, status: int = 400) -> ClientError:
    """Return the ClientError that a client raises for an AWS error code."""
    return ClientError(
        {
            "Error": {"Code": code, "Message": f"{code} (made by a test)"},
            "ResponseMetadata": {"HTTPStatusCode": status},  # type: ignore[typeddict-item]
        },
        operation,
    )
