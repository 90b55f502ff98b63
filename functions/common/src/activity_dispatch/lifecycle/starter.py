"""Starts a task's job once: the step after taking a task off its activity."""

import logging
from dataclasses import dataclass, replace
from enum import Enum, auto

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.aws.errors import error_code
from activity_dispatch.backends.base import Backend, StartRefused
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.jobs import JobId
from activity_dispatch.domain.outcomes import NOBODY_WAITS, Cause, ErrorName, Failed
from activity_dispatch.domain.tasks import InvalidInput, OutcomeName, Task, job_overrides
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.observe.log_keys import keys_of, log_keys
from activity_dispatch.observe.metrics import Metric
from activity_dispatch.store.task_table import TaskTable

LOG = logging.getLogger(__name__)


class Started(Enum):
    """The result of a start."""

    STARTED = auto()  # a job runs
    REFUSED = auto()  # the job could not be started, and the task is settled as a failure
    UNSETTLED = auto()  # neither succeeded: the reconciler or HeartbeatSeconds ends the task


@dataclass(frozen=True, kw_only=True)
class Starter:
    """Starts jobs. Starting a task again starts no second job."""

    tasks: TaskTable
    settler: Settler

    def start(self, activity: Activity, backend: Backend, task: Task, *, is_retry: bool = False) -> Started:
        """Record the task and start its job, or settle it as a failure.

        `is_retry`: an earlier start was interrupted, and may have created a job. AWS errors are logged
        and end in the result.
        """
        with log_keys(**keys_of(task), backend=activity.backend):
            return self._start(activity, backend, task, is_retry=is_retry)

    def _start(self, activity: Activity, backend: Backend, task: Task, *, is_retry: bool) -> Started:
        # Nobody else has the token: every path must record a job or settle the task.
        try:
            overrides = job_overrides(task.input, activity.allowed_overrides)
            task = replace(task, overrides=overrides)
            # An interrupted task and a callback task are in the table already.
            if not is_retry and not activity.is_callback:
                self.tasks.add(task, activity.backend)
            job_id = backend.start(task)
        except InvalidInput as error:
            name = ErrorName.DISPATCH_INVALID_INPUT
            return self._refuse(task, activity, name, str(error), may_run=is_retry)
        except StartRefused as error:
            return self._refuse(task, activity, error.error, str(error), may_run=is_retry or error.may_run)
        except (ClientError, BotoCoreError) as error:
            message = f"the task could not be recorded: {_describe(error)}"
            name = ErrorName.DISPATCH_CAPACITY_UNAVAILABLE
            return self._refuse(task, activity, name, message, may_run=is_retry)
        with log_keys(job_id=job_id):
            # If the backend describes no jobs, the job's claim shows that it runs, which saves a write. A
            # task that is not claimed in time is started again and then recorded: no third start follows.
            if is_retry or backend.describes_jobs:
                self._record_started(task, backend, job_id)
            LOG.info("task %s started: %s job %s", task.task_id, activity.backend, job_id)
        return Started.STARTED

    def _record_started(self, task: Task, backend: Backend, job_id: JobId) -> None:
        try:
            if not self.tasks.record_started(task.task_id, job_id):
                self._stop_if_cancelled(task, backend, job_id)
        except (ClientError, BotoCoreError) as error:
            # The job runs and will settle the task: failing the task now would waste the job.
            LOG.error("task %s: job %s not recorded: %s", task.task_id, job_id, error)

    def _stop_if_cancelled(self, task: Task, backend: Backend, job_id: JobId) -> None:
        record = self.tasks.get(task.task_id)
        if record is not None and record.outcome is OutcomeName.CANCELLED:
            LOG.warning("task %s was cancelled during its start: stopping job %s", task.task_id, job_id)
            backend.stop(job_id, NOBODY_WAITS)

    def _refuse(
        self, task: Task, activity: Activity, name: ErrorName, message: str, *, may_run: bool
    ) -> Started:
        LOG.error("task %s of %s not started: %s: %s", task.task_id, activity.name, name, message)
        self.settler.metrics.put(Metric.DISPATCH_ERRORS, 1, reason=name)
        failed = Failed(error=name, cause=Cause(message=message, backend=activity.backend))
        # If there may be a job after all, the task stays open and the reconciler looks for the job.
        release = None if may_run else task.slot_release
        try:
            self.settler.settle(task.task_id, task.token, failed, release=release)
        except (ClientError, BotoCoreError) as error:
            # A task can't be returned to its activity: the state's HeartbeatSeconds ends it.
            LOG.error("task %s could not be settled: %s", task.task_id, error)
            return Started.UNSETTLED
        return Started.REFUSED


def _describe(error: ClientError | BotoCoreError) -> str:
    return error_code(error) if isinstance(error, ClientError) else type(error).__name__
