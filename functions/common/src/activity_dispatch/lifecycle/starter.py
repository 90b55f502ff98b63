"""Starts a task's job once: the step after taking a task off its activity."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.backends.base import Backend, InvalidBackendConfig, StartRefused
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.jobs import JobId
from activity_dispatch.domain.outcomes import NOBODY_WAITS, Cause, ErrorName, Failed
from activity_dispatch.domain.tasks import InvalidInput, OutcomeName, Task, TaskRecord
from activity_dispatch.lifecycle.announcements import Announcements
from activity_dispatch.lifecycle.chain import Chain, falls_back, with_attempts
from activity_dispatch.lifecycle.not_started import clean, not_recorded, unexpected
from activity_dispatch.lifecycle.opening import unwrapped_now
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.lifecycle.tagging import with_job
from activity_dispatch.observe.log_keys import keys_of, log_keys
from activity_dispatch.observe.metrics import Metric
from activity_dispatch.store.task_table import InvalidItem, TaskTable, link_of

LOG = logging.getLogger(__name__)

_AWS_ERRORS = (ClientError, BotoCoreError)
# Claims a task that is given up, so that no invocation that still comes can take it.
GIVEN_UP = "given up: no start was confirmed"


class Started(Enum):
    """The result of a start."""

    STARTED = auto()  # a job runs
    REFUSED = auto()  # the job could not be started, and the task is settled as a failure
    OPEN = auto()  # there may be a job: its claim, its end or the reconciler decides
    UNSETTLED = auto()  # neither succeeded: the reconciler or HeartbeatSeconds ends the task


@dataclass(frozen=True, kw_only=True)
class Starter:
    """Starts jobs. Starting a task again starts no second job."""

    tasks: TaskTable
    settler: Settler
    chain: Chain
    backend_of: Callable[[Activity], Backend]
    announcements: Announcements | None = None

    def start(self, activity: Activity, backend: Backend, task: Task, *, is_retry: bool = False) -> Started:
        """Record the task and start its job, or settle it as a failure.

        `is_retry`: an earlier start was interrupted or its answer lost, and no job was found. Where there
        may be a job now, the task is not settled. All errors are logged and end in the result.
        """
        with log_keys(**keys_of(task), backend=activity.backend):
            # Nobody else has the token: every path must record a job, settle the task or leave it recorded.
            try:
                task = self._record(activity, task, is_retry=is_retry)
            except InvalidInput as error:
                refused = StartRefused(ErrorName.DISPATCH_INVALID_INPUT, str(error))
                return self._refuse(task, activity, backend, refused, is_retry=is_retry)
            except _AWS_ERRORS as error:
                # If the table has it after all, it is settled there too; and before the reconciler starts a
                # task, it asks Step Functions whether anybody waits.
                refused = not_recorded(error)
                return self._refuse(task, activity, backend, refused, is_retry=is_retry)
            except Exception as error:
                LOG.exception("task %s could not be recorded", task.task_id)
                refused = StartRefused(ErrorName.DISPATCH_INVALID_REQUEST, unexpected(error))
                return self._refuse(task, activity, backend, refused, is_retry=is_retry)
            with log_keys(**keys_of(task)):
                return self._start(activity, backend, task, is_retry=is_retry)

    def start_next(self, activity: Activity, record: TaskRecord) -> Started | None:
        """Start the attempt that a move has recorded; return None if another process has done that.

        `activity` is as this attempt sees it. Raises ClientError, BotoCoreError and InvalidBackendConfig if
        nothing was begun.
        """
        backend = self.backend_of(activity)
        if not self.tasks.begin_attempt(record, by=secrets.token_hex(8)):
            return None
        task = record.to_task()
        with log_keys(**keys_of(task), backend=activity.backend):
            try:
                # Its envelope was taken off when it was recorded.
                task = with_job(task, activity)
            except InvalidInput as error:
                refused = StartRefused(ErrorName.DISPATCH_INVALID_INPUT, str(error))
                return self._refuse(task, activity, backend, refused, is_retry=False)
            return self._start(activity, backend, task, is_retry=False)

    def give_up(self, activity: Activity, backend: Backend, record: TaskRecord) -> None:
        """Fail a task none of whose starts was confirmed, or start it elsewhere, unless a job has it now.

        Raises ClientError and BotoCoreError.
        """
        if record.token is None:
            return
        # A function that is invoked late is in no list: who claims the task first, has it.
        tried = record.restarts + 1
        message = f"the job could not be started: {tried} starts, none of which {record.backend} confirmed"
        cause = Cause(message=message, backend=record.backend, attempts=record.attempts)
        failed = Failed(error=ErrorName.DISPATCH_CAPACITY_UNAVAILABLE, cause=cause)
        # Where there is a chain, the service was asked for the job of each start.
        if falls_back(activity, record.attempt, failed.error):
            if self.chain.move(activity, record, failed):
                self.chain.ask(record)
            return
        ours = self.tasks.claim(record.task_id, GIVEN_UP, until=record.starting_at, attempt=record.attempt)
        if not ours and not backend.describes_jobs:
            return
        LOG.error("task %s given up: %s", record.task_id, message)
        self.settler.settle(
            record.task_id,
            record.token,
            failed,
            # A service that lists its jobs is asked again before the slot is freed.
            release=None if backend.describes_jobs else record.slot_release,
        )
        self.settler.metrics.put(Metric.DISPATCH_ERRORS, 1, reason=failed.error)

    def _record(self, activity: Activity, task: Task, *, is_retry: bool) -> Task:
        """Add the task to the table; return it with its overrides, out of its envelope."""
        # An interrupted task and a callback task are in the table already, as their programs see them.
        is_new = not is_retry and not activity.is_callback
        if is_new:
            task = unwrapped_now(self.tasks, activity, task)
        task = with_job(task, activity)
        if is_new:
            self.tasks.add(task, activity.backend)
        return task

    def _start(self, activity: Activity, backend: Backend, task: Task, *, is_retry: bool) -> Started:
        try:
            job_id = backend.start(task)
        except InvalidInput as error:
            refused = StartRefused(ErrorName.DISPATCH_INVALID_INPUT, str(error))
            return self._refuse(task, activity, backend, refused, is_retry=is_retry)
        except StartRefused as error:
            if not error.may_run:
                return self._refuse_here(task, activity, backend, error, is_retry=is_retry)
            return self._find_out(task, activity, backend, error)
        except Exception as error:
            # It would be raised again: the reconciler must not repeat it for ever.
            LOG.exception("task %s: unexpected error of backend %s", task.task_id, activity.backend)
            refused = StartRefused(ErrorName.DISPATCH_INVALID_REQUEST, unexpected(error), may_run=True)
            return self._refuse(task, activity, backend, refused, is_retry=is_retry)
        # If the backend describes no jobs, the job's claim shows that it runs, which saves a write. A
        # task that is not claimed in time is started again and then recorded: no third start follows.
        return self._started(task, activity, backend, job_id, is_recorded=is_retry or backend.describes_jobs)

    def _find_out(self, task: Task, activity: Activity, backend: Backend, lost: StartRefused) -> Started:
        """Look for the job of a start whose answer was lost; without one, leave the task open."""
        LOG.warning("task %s: its start may have succeeded: %s", task.task_id, clean(str(lost)))
        self.settler.metrics.put(Metric.DISPATCH_ERRORS, 1, reason=lost.error)
        try:
            job_id = backend.find(task.start_id)
        except _AWS_ERRORS as error:
            LOG.error("task %s: its job was not looked up, the reconciler does: %s", task.task_id, error)
            return Started.OPEN
        except Exception:
            LOG.exception("task %s: its job was not looked up, the reconciler does", task.task_id)
            return Started.OPEN
        if job_id is None:
            return Started.OPEN
        return self._started(task, activity, backend, job_id, is_recorded=True)

    def _started(
        self, task: Task, activity: Activity, backend: Backend, job_id: JobId, *, is_recorded: bool
    ) -> Started:
        with log_keys(job_id=job_id):
            try:
                link = link_of(task.description, task.attempt) if activity.fallbacks else None
                if is_recorded and not self.tasks.record_started(task.task_id, job_id, link=link):
                    self._stop_if_over(task, backend, job_id)
            except _AWS_ERRORS as error:
                LOG.error("task %s: job %s not recorded: %s", task.task_id, job_id, error)
            except Exception:
                # The job runs and will settle the task: failing the task now would waste the job.
                LOG.exception("task %s: job %s not recorded", task.task_id, job_id)
            LOG.info("task %s started: %s job %s", task.task_id, activity.backend, job_id)
            if self.announcements is not None:
                self.announcements.started(activity, task, job_id)
        return Started.STARTED

    def _stop_if_over(self, task: Task, backend: Backend, job_id: JobId) -> None:
        record = self.tasks.get(task.task_id)
        if record is None:
            return
        if record.outcome is OutcomeName.CANCELLED or record.attempt != task.attempt:
            LOG.warning("task %s does not need this start any more: stopping job %s", task.task_id, job_id)
            backend.stop(job_id, NOBODY_WAITS)

    def _refuse(
        self, task: Task, activity: Activity, backend: Backend, refused: StartRefused, *, is_retry: bool
    ) -> Started:
        name, message = refused.error, clean(str(refused))
        LOG.error("task %s of %s not started: %s: %s", task.task_id, activity.name, name, message)
        if is_retry and not backend.describes_jobs:
            self.settler.metrics.put(Metric.DISPATCH_ERRORS, 1, reason=name)
            # An earlier invocation may still be queued. Whoever claims the task decides; if nobody does, the
            # reconciler gives it up after some restarts.
            return Started.OPEN
        failed = Failed(error=name, cause=Cause(message=message, backend=activity.backend))
        failed = with_attempts(failed, task)
        # If there may be a job after all, the reconciler looks for it, stops it, and then frees the slot.
        release = None if is_retry or refused.may_run else task.slot_release
        try:
            self.settler.settle(task.task_id, task.token, failed, release=release)
        except _AWS_ERRORS as error:
            LOG.error("task %s could not be settled: %s", task.task_id, error)
            return Started.UNSETTLED
        except Exception:
            # A task can't be returned to its activity: the reconciler or HeartbeatSeconds ends it.
            LOG.exception("task %s could not be settled", task.task_id)
            return Started.UNSETTLED
        self.settler.metrics.put(Metric.DISPATCH_ERRORS, 1, reason=name)
        return Started.REFUSED

    def _refuse_here(
        self, task: Task, activity: Activity, backend: Backend, refused: StartRefused, *, is_retry: bool
    ) -> Started:
        """Start the task on the next backend of its chain, if there is one: nothing runs on this one."""
        if not falls_back(activity, task.attempt, refused.error):
            return self._refuse(task, activity, backend, refused, is_retry=is_retry)
        cause = Cause(message=clean(str(refused)), backend=activity.backend)
        failed = Failed(error=refused.error, cause=cause)
        self.settler.metrics.put(Metric.DISPATCH_ERRORS, 1, reason=failed.error)
        try:
            record = self.tasks.get(task.task_id)
            # An earlier start may have made a job, which is found now.
            if record is None or (is_retry and backend.find(task.start_id) is not None):
                return Started.OPEN
            if record.attempt != task.attempt or not self.chain.move(activity, record, failed):
                return Started.OPEN
            if is_retry:
                # Others may not be able to start jobs there.
                self.chain.ask(record)
                return Started.OPEN
            moved = self.tasks.get(task.task_id)
            if moved is None or moved.token is None or moved.attempt != task.attempt + 1:
                return Started.OPEN
            return self.start_next(activity.link(moved.attempt), moved) or Started.OPEN
        except (*_AWS_ERRORS, InvalidItem, InvalidBackendConfig) as error:
            LOG.error("task %s: its next attempt is left to the reconciler: %s", task.task_id, error)
            return Started.OPEN
