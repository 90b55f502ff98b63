"""The reconciler's steps for one task."""

import logging
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.backends.base import Backend
from activity_dispatch.domain.claims import LEAVING
from activity_dispatch.domain.jobs import Diagnosis, JobId, is_under_way
from activity_dispatch.domain.outcomes import NOBODY_WAITS, Cause, ErrorName, Failed
from activity_dispatch.domain.tasks import TaskRecord, TaskState
from activity_dispatch.lifecycle.announcements import Announcements
from activity_dispatch.lifecycle.canceller import Canceller
from activity_dispatch.lifecycle.chain import Chain, as_left, moves_on
from activity_dispatch.lifecycle.concluder import Concluder, OutputNotReady
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.lifecycle.starter import Starter
from activity_dispatch.reconcile.describing import see_again
from activity_dispatch.reconcile.given_back import GivenBack
from activity_dispatch.reconcile.next_step import Seen, Step, next_step
from activity_dispatch.reconcile.progress_told import ProgressTold
from activity_dispatch.stepfunctions.answers import TaskAnswers, TaskGone
from activity_dispatch.store.task_table import TaskTable, link_of

LOG = logging.getLogger(__name__)

# A start that is not confirmed is repeated every three minutes, this often.
MAX_RESTARTS = 5


@dataclass(frozen=True, kw_only=True)
class TaskSteps:
    """Takes steps. Each is safe to repeat, and to take while another role acts on the task.

    A step that starts or ends something is taken only if it is still the right one for the record as it
    is now: the overview may be a minute old. `rate` keeps the heartbeats below Step Functions' rate limit,
    which the workers share; `clock` is in seconds since 1970.
    """

    tasks: TaskTable
    answers: TaskAnswers
    settler: Settler
    starter: Starter
    concluder: Concluder
    canceller: Canceller
    chain: Chain
    given_back: GivenBack
    rate: RateLimit
    progress_told: ProgressTold
    clock: Callable[[], float] = time.time
    announcements: Announcements | None = None

    def take(self, step: Step, seen: Seen, backend: Backend | None) -> None:
        """Take one step; without a backend, there is nothing but heartbeats and parked tasks to close.

        Raises ClientError, BotoCoreError, RequestsNotSent, InvalidBackendConfig and InvalidActivity; the
        next pass then tries again.
        """
        self.progress_told.look(seen)
        if step is Step.BEAT:
            self._beat_and_note(seen)
        elif step is not Step.LEAVE:
            LOG.info("task %s (%s): %s", seen.record.task_id, seen.record.state, step.name)
            try:
                self._take_again(step, seen, backend)
            except Exception:
                # Its job may still start: until the next pass nobody else sends its heartbeat.
                if step in (Step.START, Step.ASK, Step.QUEUE_TIMEOUT):
                    self._beat(seen.record)
                raise

    def _take_again(self, step: Step, seen: Seen, backend: Backend | None) -> None:
        record = self.tasks.get(seen.record.task_id, with_input=False)
        if record is None or record.is_closed:
            return
        if backend is None:
            if record.state is TaskState.SETTLED and record.is_parked:
                self.settler.close(record.task_id, record.slot_release)
            return
        now = see_again(seen, record, backend, self.clock())
        wanted = next_step(now)
        if wanted is not step:
            LOG.info("task %s has changed: %s, not %s", record.task_id, wanted.name, step.name)
            if wanted is Step.BEAT:
                self._beat(record)
            return
        steps: Mapping[Step, Callable[[Seen, Backend], None]] = {
            Step.START: self._start,
            Step.ASK: lambda seen, _: self._ask(seen.record),
            Step.SETTLE: lambda seen, _: self._settle_ended(seen),
            Step.QUEUE_TIMEOUT: self._end_queueing,
            Step.LOST: self._give_up,
            Step.STOP: self._stop,
            Step.CLOSE: self._close,
        }
        steps[step](now, backend)

    def _beat_and_note(self, seen: Seen) -> None:
        progress = None if seen.job is None else seen.job.progress
        if self._beat(seen.record) and progress not in (None, seen.record.progress):
            self.tasks.record_progress(seen.record.task_id, str(progress))

    def _beat(self, record: TaskRecord) -> bool:
        """Send a heartbeat; if nobody waits for the task, cancel it and return False."""
        if record.token is None:
            return False
        self.rate.wait()
        try:
            self.answers.heartbeat(record.token)
        except TaskGone as gone:
            LOG.warning("nobody waits for task %s any more (%s)", record.task_id, gone)
            # A task that was settled meanwhile has a job that is about to end on its own.
            now = self.tasks.get(record.task_id, with_input=False)
            if now is not None and now.state is not TaskState.SETTLED:
                self.canceller.cancel(now)
            return False
        return True

    def _start(self, seen: Seen, backend: Backend) -> None:
        # Read again: the overview has no inputs and may be outdated.
        record = self.tasks.get(seen.record.task_id)
        if record is None or record.state is not TaskState.STARTING or record.token is None:
            return
        if record.attempt > 1 and not record.is_begun:
            self._ask(record)
            return
        # First: its failure may have been sent and not recorded. Then nobody waits for a job.
        if not self._beat(record):
            return
        if record.job_of is not None:
            self.given_back.start(record, seen.served, backend)
            return
        job = backend.find(record.start_id)
        if job is not None:
            # The job runs: a start refused now must not end it.
            self._record_started(seen, record, job)
        elif record.restarts >= MAX_RESTARTS:
            self.starter.give_up(seen.served, backend, record)
        # Two passes may get here: not every service prevents concurrent starts from creating two jobs.
        elif self.tasks.record_restart(
            record.task_id, record.starting_at, number=record.restarts + 1, by=secrets.token_hex(8)
        ):
            self.starter.start(seen.served, backend, record.to_task(), is_retry=True)

    def _record_started(self, seen: Seen, record: TaskRecord, job: JobId) -> None:
        link = link_of(record.description, record.attempt) if seen.served.fallbacks else None
        is_new = self.tasks.record_started(record.task_id, job, link=link)
        if is_new and record.state is TaskState.STARTING and self.announcements is not None:
            self.announcements.started(seen.served, record, job)

    def _ask(self, record: TaskRecord) -> None:
        if self._beat(record):
            self.chain.ask(record)

    def _settle_ended(self, seen: Seen) -> None:
        diagnosis: Diagnosis | None = seen.job
        if diagnosis is None or diagnosis.outcome is None:
            return
        try:
            self.concluder.conclude(seen.record, diagnosis, diagnosis.outcome)
        except OutputNotReady as problem:
            # The execution must still wait when it is ready.
            LOG.info("left for the next pass: %s", problem)
            self._beat(seen.record)

    def _end_queueing(self, seen: Seen, backend: Backend) -> None:
        limit = seen.served.max_queue_seconds
        if moves_on(seen.served, seen.record, ErrorName.DISPATCH_QUEUE_TIMEOUT):
            self._leave(seen, backend)
            return
        message = f"the job was accepted but did not run within max_queue_seconds, {limit} s"
        # Stopped first: the state's Retry must not run beside a job that gets its turn just now.
        self._stop(seen, backend)
        self._fail(seen.record, ErrorName.DISPATCH_QUEUE_TIMEOUT, message, ended=False)

    def _leave(self, seen: Seen, backend: Backend) -> None:
        """Stop a job that waits too long: once it has ended, its task moves to the next backend."""
        record = seen.record
        # So that a worker that starts just now does not begin.
        if self.tasks.claim(record.task_id, LEAVING, attempt=record.attempt):
            self._stop(seen, backend)
        self._beat(record)

    def _give_up(self, seen: Seen, backend: Backend) -> None:
        message = "the job has ended, but the service does not report how"
        if seen.describes_jobs:
            if self._find_running(seen.record, backend) is not None:
                # The record names a job that is not the task's.
                self._beat(seen.record)
                return
            message = "the service no longer knows the job"
        record = seen.record
        cause = Cause(message=message, backend=record.backend, job_id=record.job_id)
        lost = as_left(record, Failed(error=ErrorName.JOB_INTERRUPTED, cause=cause))
        if not moves_on(seen.served, record, lost.error):
            self._fail(record, ErrorName.JOB_INTERRUPTED, message, ended=True)
        elif self.chain.move(seen.served, record, lost):
            self.chain.ask(record)

    def _fail(self, record: TaskRecord, name: ErrorName, message: str, *, ended: bool) -> None:
        if record.token is None:
            return
        cause = Cause(message=message, backend=record.backend, job_id=record.job_id, attempts=record.attempts)
        release = record.slot_release if ended else None
        self.settler.settle(record.task_id, record.token, Failed(error=name, cause=cause), release=release)

    def _stop(self, seen: Seen, backend: Backend) -> None:
        # Described, and so known to be this task's.
        if seen.job is not None:
            backend.stop(seen.job.job_id, NOBODY_WAITS)

    def _close(self, seen: Seen, backend: Backend) -> None:
        record = seen.record
        # An interrupted start may have created a job: its end closes the task.
        job = None if seen.job is not None else self._find_running(record, backend)
        if job is not None:
            self._record_started(seen, record, job)
            backend.stop(job, NOBODY_WAITS)
        else:
            self.settler.close(record.task_id, record.slot_release)

    def _find_running(self, record: TaskRecord, backend: Backend) -> JobId | None:
        """Return the task's unfinished job, whatever its record says; None if there is none."""
        job = backend.find(record.start_id)
        return job if job is not None and is_under_way(backend.describe([job]).get(job)) else None
