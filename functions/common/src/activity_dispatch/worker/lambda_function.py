"""Makes a plain function into a Lambda function that processes tasks of an activity."""

import functools
import json
import logging
import os
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.backends.lambda_.payload import Job
from activity_dispatch.domain.jobs import LogLocation
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, JobError, Outcome, Succeeded
from activity_dispatch.domain.tasks import TaskState
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.observe.log_keys import activity_name, log_keys
from activity_dispatch.observe.log_links import log_url
from activity_dispatch.observe.metrics import NO_METRICS, Metrics
from activity_dispatch.runtime.function import make_function_runtime
from activity_dispatch.runtime.lambda_context import LambdaContext
from activity_dispatch.stepfunctions.answers import TaskAnswers, TaskGone
from activity_dispatch.store.task_table import TaskTable
from activity_dispatch.worker.assignment import Assignment
from activity_dispatch.worker.delivery import Delivery
from activity_dispatch.worker.heartbeats import Heartbeats
from activity_dispatch.worker.interruption import Interrupted, Interrupter
from activity_dispatch.worker.log_tail import LogTail, keep_log_tail
from activity_dispatch.worker.stop_reason import StopReason

LOG = logging.getLogger(__name__)
BACKEND = "lambda"
# Time kept before Lambda's own limit to report that it is reached.
DEADLINE_MARGIN_SECONDS = 2.0


def _one_thread() -> Executor:
    return ThreadPoolExecutor(1, "first-heartbeat")


@dataclass(frozen=True, kw_only=True)
class Processor:
    """Runs a user's function as the job of a task.

    `clock` gives seconds since 1970, `beside` runs the first heartbeat beside the claim.
    """

    handle: Callable[[Any], Any]
    answers: TaskAnswers
    tasks: TaskTable
    settler: Settler
    metrics: Metrics = NO_METRICS
    clock: Callable[[], float] = time.time
    beside: Callable[[], Executor] = _one_thread

    def run(self, job: Job, context: LambdaContext) -> None:
        """Process one task: claim it, run the function while heartbeating, settle.

        A task that another invocation processes, or that nobody waits for, is left alone.
        """
        keys = {"activity": activity_name(job.end.activity_arn), "backend": BACKEND}
        with log_keys(task_id=job.task_id, job_id=context.aws_request_id, poll_id=job.end.slot, **keys):
            try:
                self._run(job, context)
            finally:
                self.metrics.flush()

    def _run(self, job: Job, context: LambdaContext) -> None:
        # The first heartbeat comes before any work: the invocation may have waited for long. Both calls at
        # once: the function waits for them.
        with self.beside() as threads:
            beat = threads.submit(self.answers.heartbeat, job.token)
            is_ours = self._is_ours(job, context)
        if not is_ours or not self._is_wanted(job, beat):
            return
        outcome = self._run_with_heartbeats(job, context)
        if outcome is None:
            # Settled while the function still ran: now it does not.
            self.settler.close(job.task_id, job.end)
            return
        delivery = Delivery(settler=self.settler, log_url=lambda: _log_url(context))
        delivery.deliver(_assignment(job, context), outcome, end=job.end)

    def _is_wanted(self, job: Job, beat: Future[None]) -> bool:
        try:
            beat.result()
        except TaskGone as gone:
            LOG.warning("nobody waits for task %s any more (%s)", job.task_id, gone)
            self.settler.cancel(job.task_id, end=job.end)
            return False
        except (ClientError, BotoCoreError) as error:
            LOG.warning("first heartbeat failed, going on: %s", error)
        return True

    def _is_ours(self, job: Job, context: LambdaContext) -> bool:
        # Lambda may deliver an invocation twice under one request id: only one of them may have the task.
        claimant = f"lambda:{context.aws_request_id}/{uuid.uuid4().hex}"
        until = self.clock() + context.get_remaining_time_in_millis() / 1000
        try:
            ours = self.tasks.claim(job.task_id, claimant, job_id=context.aws_request_id, until=until)
            if not ours:
                self._leave(job)
        except (ClientError, BotoCoreError) as error:
            # Lambda will not come again with this task: say so now, a retry may help.
            cause = Cause(message=f"the task could not be claimed: {error}", backend=BACKEND)
            name = ErrorName.DISPATCH_CAPACITY_UNAVAILABLE
            self.settler.settle(job.task_id, job.token, Failed(error=name, cause=cause), end=job.end)
            return False
        return ours

    def _leave(self, job: Job) -> None:
        LOG.warning("task %s is processed by another invocation or settled", job.task_id)
        record = self.tasks.get(job.task_id)
        if record is not None and record.state is TaskState.SETTLED and record.claimed_by is None:
            # Settled before any invocation had it: nobody else will tell that there is no job.
            self.settler.close(job.task_id, job.end)

    def _run_with_heartbeats(self, job: Job, context: LambdaContext) -> Outcome | None:
        interrupter = Interrupter()
        reasons: list[StopReason] = []

        def end(reason: StopReason) -> None:
            LOG.warning("task %s ends early: %s", job.task_id, reason)
            reasons.append(reason)
            try:
                self._settle_early(job, reason, _timed_out(context, tail))
            finally:
                interrupter.interrupt()

        beats = Heartbeats(
            answers=self.answers,
            token=job.token,
            heartbeat_seconds=job.heartbeat_seconds,
            end=end,
            deadline=_deadline(context),
            is_cancelled=lambda: self.tasks.is_settled(job.task_id),
        )
        with keep_log_tail() as tail, beats:
            outcome = _call(self.handle, job.input, interrupter, context, tail)
        return None if reasons else outcome

    def _settle_early(self, job: Job, reason: StopReason, timed_out: Failed) -> None:
        if reason is StopReason.TIMED_OUT:
            # Lambda will end the process: report now, the function may not let itself end.
            self.settler.settle(job.task_id, job.token, timed_out)
        else:
            self.settler.cancel(job.task_id)


def _call(
    handle: Callable[[Any], Any],
    job_input: Any,
    interrupter: Interrupter,
    context: LambdaContext,
    tail: LogTail,
) -> Outcome | None:
    try:
        with interrupter.interruptible():
            result = handle(job_input)
    except Interrupted:
        return None
    except BaseException as error:
        LOG.exception("the function raised")
        name = error.error if isinstance(error, JobError) else ErrorName.JOB_FAILED
        return Failed(error=name, cause=_cause(f"{type(error).__name__}: {error}", context, tail))
    try:
        return Succeeded(output=json.dumps(result, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        cause = _cause(f"the function's result is not JSON: {error}", context, tail)
        return Failed(error=ErrorName.JOB_INVALID_OUTPUT, cause=cause)


def _cause(message: str, context: LambdaContext, tail: LogTail) -> Cause:
    return Cause(
        message=message,
        backend=BACKEND,
        job_id=context.aws_request_id,
        log_tail=tail.lines,
        log_url=_log_url(context),
    )


def _log_url(context: LambdaContext) -> str:
    return log_url(LogLocation(group=context.log_group_name, stream=context.log_stream_name))


def _assignment(job: Job, context: LambdaContext) -> Assignment:
    return Assignment(
        task_id=job.task_id,
        token=job.token,
        input="",
        heartbeat_seconds=job.heartbeat_seconds,
        backend=BACKEND,
        job_id=context.aws_request_id,
    )


def _timed_out(context: LambdaContext, tail: LogTail) -> Failed:
    message = f"function {context.function_name} reached its own time limit"
    return Failed(error=ErrorName.JOB_TIMED_OUT, cause=_cause(message, context, tail))


def _deadline(context: LambdaContext) -> float:
    left = context.get_remaining_time_in_millis() / 1000
    return time.monotonic() + left - min(DEADLINE_MARGIN_SECONDS, left / 10)


def make_processor(handle: Callable[[Any], Any], environment: Mapping[str, str]) -> Processor:
    """Make the processor of a function from its environment (see `Settings`)."""
    runtime = make_function_runtime(environment, threads=2)
    return Processor(
        handle=handle,
        answers=runtime.answers,
        tasks=runtime.tasks,
        settler=runtime.settler,
        metrics=runtime.metrics,
    )


def processing_handler(
    handle: Callable[[Any], Any],
) -> Callable[[object, LambdaContext], None]:
    """Make `handle(input) -> output` into the handler of a processing Lambda function.

    The input is the activity's, parsed from JSON; the output is what `json.dumps` takes. While the
    function runs, heartbeats are sent. What it raises fails the task as `Job.Failed`, a JobError
    under its own name. An output over 256 KiB is kept in S3 and a reference returned. When nobody
    waits for the task any more, or the function's time limit is near, the function is interrupted.
    """

    @functools.cache
    def processor() -> Processor:
        return make_processor(handle, os.environ)

    @functools.wraps(handle)
    def handler(event: object, context: LambdaContext) -> None:
        processor().run(Job.from_event(event), context)

    return handler
