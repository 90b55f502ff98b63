"""Runs a plain function as the job of a task in Lambda."""

import contextvars
import logging
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.aws.pacing import Retrying
from activity_dispatch.domain.claims import lambda_claimant
from activity_dispatch.domain.invocation import Invocation
from activity_dispatch.domain.jobs import LogLocation
from activity_dispatch.domain.outcomes import ErrorName, Failed, Outcome
from activity_dispatch.domain.tasks import TaskState
from activity_dispatch.lifecycle.pools import PoolsByRequest
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.observe.log_keys import activity_name, log_keys
from activity_dispatch.observe.log_links import log_url
from activity_dispatch.observe.metrics import NO_METRICS, Metrics
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.runtime.lambda_context import LambdaContext
from activity_dispatch.stepfunctions.answers import NotAllowed, TaskAnswers
from activity_dispatch.store.task_table import TaskTable
from activity_dispatch.worker.assignment import Assignment
from activity_dispatch.worker.calling import call, traced
from activity_dispatch.worker.delivery import LONGEST_PAUSE_SECONDS, SECONDS_TO_TRY, Delivery
from activity_dispatch.worker.heartbeats import Heartbeats
from activity_dispatch.worker.interruption import Interrupter
from activity_dispatch.worker.log_tail import keep_log_tail
from activity_dispatch.worker.progress import ReportedProgress
from activity_dispatch.worker.stop_reason import StopReason
from activity_dispatch.worker.task import CurrentTask, working_on

LOG = logging.getLogger(__name__)
BACKEND = "lambda"
# Reserved before Lambda's time limit to report the timeout.
DEADLINE_MARGIN_SECONDS = 2.0

CLAIMING = Retrying(limit_seconds=SECONDS_TO_TRY, cap_seconds=LONGEST_PAUSE_SECONDS)

type Handle = Callable[[Any], Any]


def _one_thread() -> Executor:
    return ThreadPoolExecutor(1, "first-heartbeat")


@dataclass(frozen=True, kw_only=True)
class Processor:
    """Runs a user's function as the job of a task.

    `clock` gives seconds since 1970; the executor of `make_executor` runs the first heartbeat while the
    task is claimed.
    """

    handle: Handle
    answers: TaskAnswers
    tasks: TaskTable
    settler: Settler
    metrics: Metrics = NO_METRICS
    clock: Callable[[], float] = time.time
    retrying: Retrying = CLAIMING
    make_executor: Callable[[], Executor] = _one_thread

    def run(self, invocation: Invocation, context: LambdaContext) -> None:
        """Process one task: claim it, run the function while sending heartbeats, settle it.

        The function is not called if another invocation has the task or nobody waits for it, or if that
        can't be found out. An invocation that does not hold the task raises no AWS error: the record of its
        failure would end the task of the one that does, which has the same request id if Lambda delivered
        it twice.
        """
        keys = {"activity": activity_name(invocation.release.activity_arn), "backend": BACKEND}
        job_id, poll_id = context.aws_request_id, invocation.release.slot
        with log_keys(task_id=invocation.task_id, job_id=job_id, poll_id=poll_id, **keys):
            try:
                self._run(invocation, context)
            finally:
                self.metrics.flush()

    def _run(self, invocation: Invocation, context: LambdaContext) -> None:
        assignment = Assignment(
            task_id=invocation.task_id,
            token=invocation.token,
            heartbeat_seconds=invocation.heartbeat_seconds,
            backend=BACKEND,
            job_id=context.aws_request_id,
        )
        # The first heartbeat comes before any work: the invocation may have been queued for a long time. The
        # function waits for both calls, so they are made concurrently.
        with self.make_executor() as executor:
            run = contextvars.copy_context().run
            is_waited_for = executor.submit(run, self.answers.is_waited_for, invocation.token)
            is_ours = self._is_ours(assignment, invocation, context)
        if not is_ours or not self._is_wanted(invocation, is_waited_for):
            return
        outcome = self._run_with_heartbeats(assignment, invocation, context)
        if outcome is None:
            # The task was settled while the function ran; now its job has ended too.
            self.settler.close(invocation.task_id, invocation.release)
            return
        delivery = Delivery(settler=self.settler, log_url=lambda: _log_url(context))
        delivery.deliver(assignment, outcome, release=invocation.release)

    def _is_wanted(self, invocation: Invocation, is_waited_for: Future[bool]) -> bool:
        try:
            if is_waited_for.result():
                return True
        except NotAllowed as error:
            # Who may not answer for a task does not process it, and settles nothing.
            LOG.error("task %s is not processed: %s", invocation.task_id, error)
            return False
        except (ClientError, BotoCoreError) as error:
            # The claim was accepted: nobody else has the task.
            LOG.warning(
                "task %s: first heartbeat failed, the next one follows: %s", invocation.task_id, error
            )
            return True
        self.settler.cancel(invocation.task_id, release=invocation.release)
        return False

    def _is_ours(self, assignment: Assignment, invocation: Invocation, context: LambdaContext) -> bool:
        # Lambda may deliver an invocation twice with the same request id: only one may have the task.
        claimant = lambda_claimant(assignment.job_id, uuid.uuid4().hex)
        left = context.get_remaining_time_in_millis() / 1000
        until = self.clock() + left

        def claim() -> bool | Exception:
            try:
                ours = self.tasks.claim(invocation.task_id, claimant, job_id=assignment.job_id, until=until)
                if not ours:
                    self._leave(invocation)
            except (ClientError, BotoCoreError) as error:
                LOG.warning("task %s: not claimed yet: %s", invocation.task_id, error)
                return error
            return ours

        limit = min(self.retrying.limit_seconds, left / 2)
        retrying = replace(self.retrying, limit_seconds=limit)
        ours = retrying.call(claim, again=lambda answer: isinstance(answer, Exception))
        if isinstance(ours, Exception):
            # Another delivery may have the task. If none has, the reconciler starts it again.
            LOG.error("task %s could not be claimed, and is left: %s", invocation.task_id, ours)
            return False
        return ours

    def _leave(self, invocation: Invocation) -> None:
        LOG.warning("task %s is settled, or another invocation has it", invocation.task_id)
        record = self.tasks.get(invocation.task_id)
        if record is not None and record.state is TaskState.SETTLED and record.claimed_by is None:
            # Settled before any invocation claimed it: nobody else can report that there is no job.
            self.settler.close(invocation.task_id, invocation.release)

    def _run_with_heartbeats(
        self, assignment: Assignment, invocation: Invocation, context: LambdaContext
    ) -> Outcome | None:
        interrupter = Interrupter()
        reasons: list[StopReason] = []

        def stop(reason: StopReason) -> None:
            LOG.warning("task %s: stopping the function early: %s", invocation.task_id, reason)
            reasons.append(reason)
            message = f"function {context.function_name} reached its own time limit"
            cause = replace(assignment.cause(message, tail.lines), log_url=_log_url(context))
            try:
                self._settle_early(invocation, reason, Failed(error=ErrorName.JOB_TIMED_OUT, cause=cause))
            finally:
                interrupter.interrupt()

        deadline = _deadline(context)
        beats = Heartbeats(
            answers=self.answers,
            token=invocation.token,
            heartbeat_seconds=invocation.heartbeat_seconds,
            stop=stop,
            deadline=deadline,
            is_cancelled=lambda: self.tasks.is_settled(invocation.task_id),
        )
        progress = ReportedProgress(lambda line: self.tasks.record_progress(invocation.task_id, line))
        current = CurrentTask(
            task_id=invocation.task_id,
            report=progress.report,
            seconds_left=lambda: deadline - time.monotonic(),
            context=context,
        )
        with keep_log_tail() as tail, traced(invocation.traceparent), beats, progress, working_on(current):
            outcome = call(lambda: self.handle(invocation.input), interrupter)
        if reasons:
            return None
        return _with_context(outcome, assignment, tail.lines)

    def _settle_early(self, invocation: Invocation, reason: StopReason, timed_out: Failed) -> None:
        if reason is StopReason.TIMED_OUT:
            # Lambda is about to end the process: report now, since the function may resist the interruption.
            self.settler.settle(invocation.task_id, invocation.token, timed_out)
        else:
            self.settler.cancel(invocation.task_id)


def _with_context(outcome: Outcome | None, assignment: Assignment, lines: tuple[str, ...]) -> Outcome | None:
    if not isinstance(outcome, Failed):
        return outcome
    return replace(outcome, cause=assignment.cause(outcome.cause.message, lines))


def _log_url(context: LambdaContext) -> str:
    return log_url(LogLocation(group=context.log_group_name, stream=context.log_stream_name))


def _deadline(context: LambdaContext) -> float:
    left = context.get_remaining_time_in_millis() / 1000
    return time.monotonic() + left - min(DEADLINE_MARGIN_SECONDS, left / 10)


def make_processor(handle: Handle, runtime: Runtime) -> Processor:
    """Compose the processor from the runtime's parts."""
    return Processor(
        handle=handle,
        answers=runtime.answers,
        tasks=runtime.tasks,
        # What activities share, a job may not write to.
        settler=replace(runtime.settler, pools=PoolsByRequest(queue=runtime.requests)),
        metrics=runtime.metrics,
        clock=runtime.clock,
    )
