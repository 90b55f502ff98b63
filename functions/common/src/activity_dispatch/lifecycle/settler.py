"""Settles tasks: sends a task's one outcome to Step Functions and records it."""

import logging
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.domain.limits import MAX_OUTPUT_BYTES
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Outcome, Succeeded
from activity_dispatch.domain.slot_release import SlotRelease
from activity_dispatch.domain.tasks import OutcomeName
from activity_dispatch.lifecycle.announcements import Announcements
from activity_dispatch.lifecycle.pools import RoomReleaser
from activity_dispatch.lifecycle.slots import Slots
from activity_dispatch.observe.log_keys import activity_name
from activity_dispatch.observe.metrics import NO_METRICS, Metric, Metrics
from activity_dispatch.stepfunctions.answers import TaskAnswers, TaskGone
from activity_dispatch.store.dispatch_queue import RequestsNotSent
from activity_dispatch.store.payloads import PayloadStore
from activity_dispatch.store.task_table import InvalidItem, TaskTable

LOG = logging.getLogger(__name__)

_COUNTED_AS = {
    OutcomeName.SUCCEEDED: Metric.TASKS_SUCCEEDED,
    OutcomeName.CANCELLED: Metric.TASKS_CANCELLED,
}


@dataclass(frozen=True, kw_only=True)
class Settler:
    """Settles and closes tasks. Step Functions accepts only the first outcome for a token.

    `announcements` are told of each task that is closed here, which happens once.
    """

    answers: TaskAnswers
    tasks: TaskTable
    payloads: PayloadStore
    slots: Slots
    pools: RoomReleaser
    metrics: Metrics = NO_METRICS
    announcements: Announcements | None = None

    def settle(
        self, task_id: str, token: str, outcome: Outcome, *, release: SlotRelease | None = None
    ) -> OutcomeName:
        """Send the outcome, then record it; return its name, `cancelled` if nobody waits any more.

        In this order: a crash in between leaves an open task whose execution has gone on, which the
        next check of the task discovers; the other way round the execution would wait for nothing.
        `release` says that the task's job has ended, and closes the task too. An output over 256 KiB is
        stored in S3. Raises ClientError and BotoCoreError if the outcome was not sent.
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
        """Record that nobody waits for the task any more; `release` closes it too. Problems are logged."""
        self._record(task_id, OutcomeName.CANCELLED, None, release)

    def cancel_waiting(self, task_id: str) -> bool:
        """Cancel and close a waiting task; return False if it no longer waits, and may have a job."""
        self.cancel(task_id)
        # A settled task can no longer be unparked: what is read now is final.
        record = self.tasks.get(task_id)
        if record is None or not record.is_parked:
            return False
        self.close(task_id, record.slot_release)
        return True

    def close(self, task_id: str, release: SlotRelease) -> None:
        """Free what a settled task whose job has ended holds, and close the task.

        In this order: a crash in between leaves a task that its next check closes. Problems are logged,
        and the reconciler closes the task. So it does if `release` leaves it that.
        """
        try:
            if release.slot is not None:
                self.slots.free(release.activity_arn, release.slot)
            if release.room is not None:
                self.pools.free(release.activity_arn, release.room)
            if release.leaves_closing:
                self.tasks.record_ended(task_id)
                return
            closed = self.tasks.close(task_id)
        except (ClientError, BotoCoreError, RequestsNotSent, InvalidItem) as problem:
            LOG.error("task %s not closed: %s", task_id, problem)
            return
        if closed is not None and closed.outcome is not None:
            self._count(closed.activity_arn, closed.outcome, closed.error)
            if self.announcements is not None:
                self.announcements.settled(closed)

    def _record(
        self, task_id: str, name: OutcomeName, error: str | None, release: SlotRelease | None
    ) -> None:
        # Without a slot to free, one write settles and closes the task.
        closes = release is not None and release.is_empty and not self._is_told(release)
        try:
            recorded = self.tasks.record_settled(task_id, name, error, closed=closes)
        except (ClientError, BotoCoreError) as problem:
            # Step Functions has the outcome; a later check of the open task discovers that.
            LOG.error("task %s: outcome %s not recorded: %s", task_id, name, problem)
            return
        if release is not None and recorded and closes:
            self._count(release.activity_arn, name, error)
        elif release is not None:
            self.close(task_id, release)

    def _is_told(self, release: SlotRelease) -> bool:
        # What is told is in the record that closing returns.
        return release.leaves_closing or (
            self.announcements is not None and self.announcements.are_wanted(release.activity_arn)
        )

    def _count(self, activity_arn: str, name: OutcomeName, error: str | None) -> None:
        # Counted on closing, which happens once: when its job has ended, or is known never to run.
        activity = activity_name(activity_arn)
        if name is not OutcomeName.FAILED:
            self.metrics.put(_COUNTED_AS[name], 1, activity=activity)
        elif error in tuple(ErrorName):
            self.metrics.put(Metric.TASKS_FAILED, 1, activity=activity, error=error)
        else:
            # Users may define many names, and each value of a dimension is a metric that costs money.
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
            message = f"the output of {size} bytes could not be stored in S3: {error}"
            return Failed(error=ErrorName.JOB_FAILED, cause=Cause(message=message))
