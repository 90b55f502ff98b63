"""Settle: send a task's one outcome to Step Functions and record it."""

import logging
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.domain.limits import MAX_OUTPUT_BYTES
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Outcome, Succeeded
from activity_dispatch.domain.tasks import OutcomeName, SlotRelease
from activity_dispatch.lifecycle.slots import Slots
from activity_dispatch.observe.log_keys import activity_name
from activity_dispatch.observe.metrics import NO_METRICS, Metric, Metrics
from activity_dispatch.stepfunctions.answers import TaskAnswers, TaskGone
from activity_dispatch.store.dispatch_queue import RequestsNotSent
from activity_dispatch.store.payloads import PayloadStore
from activity_dispatch.store.task_table import TaskTable

LOG = logging.getLogger(__name__)

_COUNTED_AS = {
    OutcomeName.SUCCEEDED: Metric.TASKS_SUCCEEDED,
    OutcomeName.CANCELLED: Metric.TASKS_CANCELLED,
}


@dataclass(frozen=True, kw_only=True)
class Settler:
    """Settles tasks. Step Functions takes one outcome for a token, the first; that decides."""

    answers: TaskAnswers
    tasks: TaskTable
    payloads: PayloadStore
    slots: Slots
    metrics: Metrics = NO_METRICS

    def settle(
        self, task_id: str, token: str, outcome: Outcome, *, release: SlotRelease | None = None
    ) -> OutcomeName:
        """Send the outcome, then record it; `cancelled` when nobody waits for it any more.

        Sent first: a crash in between leaves an open task whose execution has gone on, which the
        next look at the task finds; the other way round the execution would wait for nothing.
        With `release` the task's job has ended: the task is closed too.
        """
        outcome = self._within_limit(task_id, outcome)
        try:
            name = self._send(token, outcome)
        except TaskGone as gone:
            LOG.warning("nobody waits for task %s any more (%s)", task_id, gone)
            name = OutcomeName.CANCELLED
        self._record(task_id, name, None if isinstance(outcome, Succeeded) else outcome.error, release)
        return name

    def cancel(self, task_id: str, *, release: SlotRelease | None = None) -> None:
        """Record that nobody waits for the task any more."""
        self._record(task_id, OutcomeName.CANCELLED, None, release)

    def cancel_waiting(self, task_id: str) -> bool:
        """Record that nobody waits for a task that waits; False if it has gone on, and may have a job."""
        self.cancel(task_id)
        # Settled it can go on no more: what is seen now stays so.
        record = self.tasks.get(task_id)
        if record is None or not record.is_parked:
            return False
        self.close(task_id, record.slot_release)
        return True

    def close(self, task_id: str, release: SlotRelease) -> None:
        """Free the slot of a settled task whose job has ended, and close the task.

        In this order: a crash in between leaves a task that the next look at it closes. Problems are
        logged, the reconciler closes what was left.
        """
        try:
            if release.slot is not None:
                self.slots.free(release.activity_arn, release.slot)
            closed = self.tasks.close(task_id)
        except (ClientError, BotoCoreError, RequestsNotSent) as problem:
            LOG.error("task %s not closed: %s", task_id, problem)
            return
        if closed is not None and closed.outcome is not None:
            self._count(closed.activity_arn, closed.outcome, closed.error)

    def _record(
        self, task_id: str, name: OutcomeName, error: str | None, release: SlotRelease | None
    ) -> None:
        at_once = release is not None and release.slot is None
        try:
            recorded = self.tasks.record_settled(task_id, name, error, closed=at_once)
        except (ClientError, BotoCoreError) as problem:
            # Step Functions has the outcome; a later look at the open task finds that out.
            LOG.error("task %s: outcome %s not recorded: %s", task_id, name, problem)
            return
        if release is not None and recorded and at_once:
            self._count(release.activity_arn, name, error)
        elif release is not None:
            self.close(task_id, release)

    def _count(self, activity_arn: str, name: OutcomeName, error: str | None) -> None:
        # A task is closed once: by whoever sees its job's end, or makes sure that there is none.
        activity = activity_name(activity_arn)
        if name is not OutcomeName.FAILED:
            self.metrics.put(_COUNTED_AS[name], 1, activity=activity)
        elif error in tuple(ErrorName):
            self.metrics.put(Metric.TASKS_FAILED, 1, activity=activity, error=error)
        else:
            # Users' names may be many, and each value of a dimension is a metric that costs.
            self.metrics.put(Metric.TASKS_FAILED, 1, activity=activity, error="other", name=str(error))

    def _send(self, token: str, outcome: Outcome) -> OutcomeName:
        if isinstance(outcome, Succeeded):
            self.answers.success(token, outcome.output)
            return OutcomeName.SUCCEEDED
        self.answers.failure(token, outcome)
        return OutcomeName.FAILED

    def _within_limit(self, task_id: str, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Failed) or len(outcome.output.encode()) <= MAX_OUTPUT_BYTES:
            return outcome
        try:
            return Succeeded(output=self.payloads.put_output(task_id, outcome.output))
        except (ClientError, BotoCoreError) as error:
            size = len(outcome.output.encode())
            message = f"the output of {size} bytes could not be kept in S3: {error}"
            return Failed(error=ErrorName.JOB_FAILED, cause=Cause(message=message))
