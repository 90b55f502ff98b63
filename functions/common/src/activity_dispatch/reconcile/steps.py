"""The reconciler's steps for one task."""

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.backends.base import Backend
from activity_dispatch.domain.jobs import Diagnosis, JobId
from activity_dispatch.domain.outcomes import NOBODY_WAITS, Cause, ErrorName, Failed
from activity_dispatch.domain.tasks import TaskRecord, TaskState
from activity_dispatch.lifecycle.canceller import Canceller
from activity_dispatch.lifecycle.concluder import Concluder
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.lifecycle.starter import Starter
from activity_dispatch.reconcile.next_step import Seen, Step
from activity_dispatch.stepfunctions.answers import TaskAnswers, TaskGone
from activity_dispatch.store.task_table import TaskTable

LOG = logging.getLogger(__name__)

# A start that is not confirmed is repeated every three minutes, this often.
MAX_RESTARTS = 5


@dataclass(frozen=True, kw_only=True)
class TaskSteps:
    """Takes steps. Each is safe to repeat, and to take while another role acts on the task.

    `rate` keeps the heartbeats below Step Functions' rate limit, which the workers share.
    """

    tasks: TaskTable
    answers: TaskAnswers
    settler: Settler
    starter: Starter
    concluder: Concluder
    canceller: Canceller
    rate: RateLimit

    def take(self, step: Step, seen: Seen, backend: Backend) -> None:
        """Take one step.

        Raises ClientError, BotoCoreError, RequestsNotSent and InvalidBackendConfig; the next pass then
        tries again.
        """
        if step is Step.LEAVE:
            return
        if step is not Step.BEAT:
            LOG.info("task %s (%s): %s", seen.record.task_id, seen.record.state, step.name)
        steps: Mapping[Step, Callable[[Seen, Backend], None]] = {
            Step.BEAT: lambda seen, _: self._beat_and_note(seen),
            Step.START: self._start,
            Step.SETTLE: lambda seen, _: self._settle_ended(seen),
            Step.QUEUE_TIMEOUT: self._end_queueing,
            Step.LOST: lambda seen, _: self._give_up(seen),
            Step.STOP: lambda seen, backend: self._stop(seen.record, backend),
            Step.CLOSE: self._close,
        }
        steps[step](seen, backend)

    def _beat_and_note(self, seen: Seen) -> None:
        progress = None if seen.job is None else seen.job.progress
        if progress not in (None, seen.record.progress):
            self.tasks.record_progress(seen.record.task_id, str(progress))
        self._beat(seen.record)

    def _beat(self, record: TaskRecord) -> bool:
        """Send a heartbeat; if nobody waits for the task, cancel it and return False."""
        if record.token is None:
            return False
        self.rate.wait()
        try:
            self.answers.heartbeat(record.token)
        except TaskGone as gone:
            LOG.warning("nobody waits for task %s any more (%s)", record.task_id, gone)
            self.canceller.cancel(record)
            return False
        return True

    def _start(self, seen: Seen, backend: Backend) -> None:
        # Read again: the overview has no inputs and may be outdated.
        record = self.tasks.get(seen.record.task_id)
        if record is None or record.state is not TaskState.STARTING or record.token is None:
            return
        # First: its failure may have been sent and not recorded. Then nobody waits for a job.
        if not self._beat(record):
            return
        job = backend.find(record.task_id)
        if job is not None:
            # The job runs: a start refused now must not end it.
            self.tasks.record_started(record.task_id, job)
        elif record.restarts >= MAX_RESTARTS:
            self.starter.give_up(backend, record)
        # Two passes may get here: not every service prevents concurrent starts from creating two jobs.
        elif self.tasks.record_restart(
            record.task_id, record.starting_at, number=record.restarts + 1, by=secrets.token_hex(8)
        ):
            self.starter.start(seen.activity, backend, record.to_task(), is_retry=True)

    def _settle_ended(self, seen: Seen) -> None:
        diagnosis: Diagnosis | None = seen.job
        if diagnosis is not None and diagnosis.outcome is not None:
            self.concluder.conclude(seen.record, diagnosis, diagnosis.outcome)

    def _end_queueing(self, seen: Seen, backend: Backend) -> None:
        limit = seen.activity.max_queue_seconds
        message = f"the job was accepted but did not run within max_queue_seconds, {limit} s"
        self._fail(seen.record, ErrorName.DISPATCH_QUEUE_TIMEOUT, message, ended=False)
        self._stop(seen.record, backend)

    def _give_up(self, seen: Seen) -> None:
        message = "the job has ended, but the service does not report how"
        if seen.describes_jobs:
            message = "the service no longer knows the job"
        self._fail(seen.record, ErrorName.JOB_INTERRUPTED, message, ended=True)

    def _fail(self, record: TaskRecord, name: ErrorName, message: str, *, ended: bool) -> None:
        if record.token is None:
            return
        cause = Cause(message=message, backend=record.backend, job_id=record.job_id)
        release = record.slot_release if ended else None
        self.settler.settle(record.task_id, record.token, Failed(error=name, cause=cause), release=release)

    def _stop(self, record: TaskRecord, backend: Backend) -> None:
        if record.job_id is not None:
            backend.stop(JobId(record.job_id), NOBODY_WAITS)

    def _close(self, seen: Seen, backend: Backend) -> None:
        record = seen.record
        # An interrupted start may have created a job: its end closes the task.
        job = backend.find(record.task_id) if record.job_id is None else None
        if job is not None:
            self.tasks.record_started(record.task_id, job)
            backend.stop(job, NOBODY_WAITS)
        else:
            self.settler.close(record.task_id, record.slot_release)
