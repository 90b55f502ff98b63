"""Starts a task's job once: the step after taking a task off its activity."""

import logging
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.aws.errors import ErrorKind, classify, error_code
from activity_dispatch.backends.base import Backend, StartRefused
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.jobs import JobId
from activity_dispatch.domain.outcomes import NOBODY_WAITS, Cause, ErrorName, Failed
from activity_dispatch.domain.shares import share_of
from activity_dispatch.domain.tasks import InvalidInput, OutcomeName, Task, TaskRecord, job_overrides
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.observe.log_keys import keys_of, log_keys
from activity_dispatch.observe.metrics import Metric
from activity_dispatch.store.task_table import TaskTable

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
                refused = _not_recorded(error)
                return self._refuse(task, activity, backend, refused, is_retry=is_retry)
            except Exception as error:
                LOG.exception("task %s could not be recorded", task.task_id)
                refused = StartRefused(ErrorName.DISPATCH_INVALID_REQUEST, _unexpected(error))
                return self._refuse(task, activity, backend, refused, is_retry=is_retry)
            return self._start(activity, backend, task, is_retry=is_retry)

    def give_up(self, backend: Backend, record: TaskRecord) -> None:
        """Fail a task none of whose starts was confirmed, unless a job has it now.

        Raises ClientError and BotoCoreError.
        """
        if record.token is None:
            return
        # A function that is invoked late is in no list: who claims the task first, has it.
        ours = self.tasks.claim(record.task_id, GIVEN_UP, until=record.starting_at)
        if not ours and not backend.describes_jobs:
            return
        tried = record.restarts + 1
        message = f"the job could not be started: {tried} starts, none of which {record.backend} confirmed"
        cause = Cause(message=message, backend=record.backend)
        failed = Failed(error=ErrorName.DISPATCH_CAPACITY_UNAVAILABLE, cause=cause)
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
        """Add the task to the table; return it with its overrides."""
        overrides = job_overrides(task.input, activity.allowed_overrides)
        task = replace(task, overrides=overrides, **_of_its_share(activity, task))
        # An interrupted task and a callback task are in the table already.
        if not is_retry and not activity.is_callback:
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
                return self._refuse(task, activity, backend, error, is_retry=is_retry)
            return self._find_out(task, activity, backend, error)
        except Exception as error:
            # It would be raised again: the reconciler must not repeat it for ever.
            LOG.exception("task %s: unexpected error of backend %s", task.task_id, activity.backend)
            refused = StartRefused(ErrorName.DISPATCH_INVALID_REQUEST, _unexpected(error), may_run=True)
            return self._refuse(task, activity, backend, refused, is_retry=is_retry)
        # If the backend describes no jobs, the job's claim shows that it runs, which saves a write. A
        # task that is not claimed in time is started again and then recorded: no third start follows.
        return self._started(task, activity, backend, job_id, is_recorded=is_retry or backend.describes_jobs)

    def _find_out(self, task: Task, activity: Activity, backend: Backend, lost: StartRefused) -> Started:
        """Look for the job of a start whose answer was lost; without one, leave the task open."""
        LOG.warning("task %s: its start may have succeeded: %s", task.task_id, clean(str(lost)))
        self.settler.metrics.put(Metric.DISPATCH_ERRORS, 1, reason=lost.error)
        try:
            job_id = backend.find(task.task_id)
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
                if is_recorded and not self.tasks.record_started(task.task_id, job_id):
                    self._stop_if_cancelled(task, backend, job_id)
            except _AWS_ERRORS as error:
                LOG.error("task %s: job %s not recorded: %s", task.task_id, job_id, error)
            except Exception:
                # The job runs and will settle the task: failing the task now would waste the job.
                LOG.exception("task %s: job %s not recorded", task.task_id, job_id)
            LOG.info("task %s started: %s job %s", task.task_id, activity.backend, job_id)
        return Started.STARTED

    def _stop_if_cancelled(self, task: Task, backend: Backend, job_id: JobId) -> None:
        record = self.tasks.get(task.task_id)
        if record is not None and record.outcome is OutcomeName.CANCELLED:
            LOG.warning("task %s was cancelled during its start: stopping job %s", task.task_id, job_id)
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


def _of_its_share(activity: Activity, task: Task) -> dict[str, Any]:
    """Return what Batch's queues sort jobs by."""
    share = None
    if activity.share_key is not None:
        share = share_of(activity.share_key, task.input, task.execution_arn)
    return {"share": share, "priority": activity.batch_priority}


def clean(text: str) -> str:
    """Return text that every service stores: without lone surrogates and NUL."""
    return text.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _unexpected(error: Exception) -> str:
    return f"unexpected error: {type(error).__name__}: {error}"


def _not_recorded(error: ClientError | BotoCoreError) -> StartRefused:
    """Return why a task that could not be recorded is refused."""
    if isinstance(error, BotoCoreError):
        name, reason = ErrorName.DISPATCH_CAPACITY_UNAVAILABLE, type(error).__name__
    elif classify(error) is ErrorKind.REFUSED:
        # The same item would be refused again.
        name, reason = ErrorName.DISPATCH_INVALID_REQUEST, f"{error_code(error)}: {error}"
    else:
        name, reason = ErrorName.DISPATCH_CAPACITY_UNAVAILABLE, error_code(error)
    return StartRefused(name, f"the task could not be recorded: {reason}")
