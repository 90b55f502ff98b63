"""The activity side of Step Functions in memory, shaped as boto3's client."""

import itertools
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError


@dataclass(kw_only=True)
class FakeTask:
    """A scheduled task: its heartbeats and the one answer that was taken."""

    token: str
    input: str
    worker_name: str | None = None
    heartbeats: int = 0
    answer: dict[str, Any] | None = None
    timed_out: bool = False


@dataclass(kw_only=True)
class FakeStepFunctions:
    """Hands out each scheduled task once and takes one answer for it, as Step Functions does.

    GetActivityTask does not wait: without a task it answers at once without a token.
    """

    tasks: dict[str, FakeTask] = field(default_factory=dict)
    activities: dict[str, deque[str]] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def schedule(self, activity_arn: str, task_input: str = "{}") -> FakeTask:
        """Schedule a task of an activity, which is made if it is new."""
        with self._lock:
            task = FakeTask(token=f"token-{next(self._numbers)}", input=task_input)
            self.tasks[task.token] = task
            self.activities.setdefault(activity_arn, deque()).append(task.token)
            return task

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
            return {"taskToken": task.token, "input": task.input}

    def send_task_heartbeat(self, *, taskToken: str) -> dict[str, Any]:  # noqa: N803
        """Count a heartbeat."""
        with self._lock:
            self._open(taskToken, "SendTaskHeartbeat").heartbeats += 1
            return {}

    def send_task_success(self, *, taskToken: str, output: str) -> dict[str, Any]:  # noqa: N803
        """Take the output."""
        with self._lock:
            self._open(taskToken, "SendTaskSuccess").answer = {"output": output}
            return {}

    def send_task_failure(
        self,
        *,
        taskToken: str,  # noqa: N803
        error: str,
        cause: str,
    ) -> dict[str, Any]:
        """Take error and cause."""
        with self._lock:
            self._open(taskToken, "SendTaskFailure").answer = {"error": error, "cause": cause}
            return {}

    def _open(self, token: str, operation: str) -> FakeTask:
        task = self.tasks.get(token)
        if task is None:
            raise client_error("InvalidToken", operation)
        if task.timed_out or task.answer is not None:
            raise client_error("TaskTimedOut", operation)
        return task


def client_error(code: str, operation: str, status: int = 400) -> ClientError:
    """Return the error that a client raises for an AWS error code."""
    return ClientError(
        {
            "Error": {"Code": code, "Message": f"{code} (made by a test)"},
            "ResponseMetadata": {"HTTPStatusCode": status},  # type: ignore[typeddict-item]
        },
        operation,
    )
