"""Runs a handler as the job of a task, without a cloud."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from activity_dispatch.domain.invocation import Invocation, payload_of
from activity_dispatch.domain.tasks import OutcomeName, Task, TaskRecord
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.runtime.settings import Settings
from activity_dispatch.testing.context import FakeLambdaContext
from activity_dispatch.testing.executions import FakeTask
from activity_dispatch.testing.stack import InMemoryStack
from activity_dispatch.worker.handler import ProcessingHandler
from activity_dispatch.worker.lambda_function import make_processor

_SETTINGS = Settings(task_table="tasks", payload_bucket="payloads", dispatch_queue_url="queue")


@dataclass(frozen=True, kw_only=True)
class Run:
    """How a task ended, as the stack records it and as Step Functions receives it.

    `outcome` is `succeeded`, `failed` or, if nobody waited for it any more, `cancelled`. `output` is the
    state's result, parsed: where the function's is over 256 KiB, the reference to it. `error` is the name
    that `Retry` and `Catch` match; `cause` is the object that docs/contract.md describes. `heartbeats` counts
    those that were accepted; `progress` is what was recorded last.
    """

    outcome: OutcomeName
    output: Any = None
    error: str | None = None
    cause: Mapping[str, Any] | None = None
    heartbeats: int = 0
    progress: str | None = None


@dataclass(kw_only=True)
class _Context(FakeLambdaContext):
    """A context whose time counts down."""

    ends: float

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.ends - time.monotonic()) * 1000))


def run(
    handler: Callable[..., Any],
    job_input: Any = None,
    *,
    heartbeat_seconds: int = 60,
    timeout_seconds: float = 900.0,
    abort_after_seconds: float | None = None,
) -> Run:
    """Process one task with a handler, or with a function for `run_task`, and return how it ended.

    Only Step Functions, the task table and S3 are stand-ins: heartbeats, interruption and the checks of the
    output are those of a job. `timeout_seconds` is the function's time limit, of which up to two seconds are
    kept to report it. After `abort_after_seconds` the execution is aborted, as the next heartbeat finds out.
    Call it in the main thread: elsewhere Python cannot interrupt a function. Raises TypeError and ValueError
    if the input is not JSON.
    """
    stack = InMemoryStack()
    scheduled = stack.stepfunctions.schedule(stack.arn, json.dumps(job_input, allow_nan=False))
    stack.stepfunctions.get_activity_task(activityArn=stack.arn, workerName="test")
    task = Task(
        activity_arn=stack.arn,
        token=scheduled.token,
        input=scheduled.input,
        heartbeat_seconds=heartbeat_seconds,
        execution_arn=scheduled.execution_arn,
    )
    stack.tasks.add(task, "lambda")
    plain = handler.plain if isinstance(handler, ProcessingHandler) else handler
    processor = make_processor(plain, Runtime(settings=_SETTINGS, **stack.parts()))
    context = _Context(ends=time.monotonic() + timeout_seconds)
    with _aborting(lambda: stack.stepfunctions.abort(scheduled), abort_after_seconds):
        processor.run(Invocation.from_event(json.loads(payload_of(task))), context)
    return _run_of(scheduled, stack.tasks.get(task.task_id))


@contextmanager
def _aborting(abort: Callable[[], None], seconds: float | None) -> Iterator[None]:
    if seconds is None:
        yield
        return
    timer = threading.Timer(seconds, abort)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _run_of(scheduled: FakeTask, record: TaskRecord | None) -> Run:
    if record is None or record.outcome is None:
        raise AssertionError(f"the task has no outcome: {record}")
    answer = scheduled.answer or {}
    return Run(
        outcome=record.outcome,
        output=json.loads(answer.get("output", "null")),
        error=record.error,
        cause=json.loads(answer["cause"]) if "cause" in answer else None,
        heartbeats=scheduled.heartbeats,
        progress=record.progress,
    )
