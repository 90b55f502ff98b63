"""The dispatcher: takes scheduled tasks off activities and starts their jobs."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.activities import Activity, ActivityCatalog, InvalidActivity
from activity_dispatch.aws_errors import error_code
from activity_dispatch.backends.base import Backend, InvalidBackendConfig, JobId, StartRefused
from activity_dispatch.errors import Cause, ErrorName, Failed
from activity_dispatch.settling import Settler
from activity_dispatch.task_table import TaskTable
from activity_dispatch.tasks import InvalidInput, Task, job_overrides

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

LOG = logging.getLogger(__name__)


class InvalidRequest(Exception):
    """A dispatch request is malformed; the message names the field."""


@dataclass(frozen=True, kw_only=True)
class DispatchRequest:
    """One task of this activity is, or is about to be, scheduled."""

    activity_arn: str

    @classmethod
    def from_json(cls, body: str) -> "DispatchRequest":
        """Read the body of a message of the dispatch queue."""
        try:
            document = json.loads(body)
        except ValueError as error:
            raise InvalidRequest(f"not JSON: {error}") from error
        if not isinstance(document, dict):
            raise InvalidRequest(f"{type(document).__name__}; it must be an object")
        arn = document.get("activity_arn")
        if not isinstance(arn, str) or ":activity:" not in arn:
            raise InvalidRequest(f"activity_arn: {arn!r}; it must be an activity's ARN")
        return cls(activity_arn=arn)


class Result(Enum):
    """What became of a dispatch request."""

    STARTED = auto()  # a job runs
    REFUSED = auto()  # the task is settled as a failure: it could not be started
    NO_TASK = auto()  # the poll came back empty
    DROPPED = auto()  # the request is malformed
    RETRY = auto()  # nothing was taken off the activity: try the request again


@dataclass(frozen=True, kw_only=True)
class Dispatcher:
    """Handles dispatch requests; safe to use from many threads."""

    stepfunctions: "SFNClient"
    activities: ActivityCatalog
    tasks: TaskTable
    settler: Settler
    backend_of: Callable[[Activity], Backend]
    worker_name: str

    def handle(self, body: str) -> Result:
        """Take one task for a dispatch request and start its job. Raises nothing expected."""
        try:
            request = DispatchRequest.from_json(body)
        except InvalidRequest as error:
            LOG.error("dispatch request dropped: %s; body: %.500s", error, body)
            return Result.DROPPED
        try:
            return self._dispatch(request.activity_arn)
        except (ClientError, BotoCoreError) as error:
            LOG.warning("%s: will be tried again: %s", request.activity_arn, error)
            return Result.RETRY
        except (InvalidActivity, InvalidBackendConfig) as error:
            LOG.error("%s: configuration is wrong, nothing taken: %s", request.activity_arn, error)
            return Result.RETRY

    def _dispatch(self, activity_arn: str) -> Result:
        activity = self.activities.find(activity_arn)
        if activity is None:
            LOG.error("%s: no activity of this stack; it may be being deployed", activity_arn)
            return Result.RETRY
        # Before the poll: a configuration that is wrong must not cost a task.
        backend = self.backend_of(activity)
        response = self.stepfunctions.get_activity_task(activityArn=activity_arn, workerName=self.worker_name)
        token = response.get("taskToken")
        if not token:
            LOG.info("%s: no task within the poll", activity_arn)
            return Result.NO_TASK
        task = Task(
            activity_arn=activity_arn,
            token=token,
            input=response.get("input", "null"),
            heartbeat_seconds=activity.heartbeat_seconds,
        )
        return self._start(activity, backend, task)

    def _start(self, activity: Activity, backend: Backend, task: Task) -> Result:
        # From here on the token is ours alone: every way out records a job or settles the task.
        try:
            overrides = job_overrides(task.input, activity.allowed_overrides)
            task = replace(task, overrides=overrides)
            self.tasks.add(task, activity.backend)
            job_id = backend.start(task)
        except InvalidInput as error:
            return self._refuse(task, activity, ErrorName.DISPATCH_INVALID_INPUT, str(error))
        except StartRefused as error:
            return self._refuse(task, activity, error.error, str(error))
        except (ClientError, BotoCoreError) as error:
            message = f"the task could not be recorded: {_describe(error)}"
            name = ErrorName.DISPATCH_CAPACITY_UNAVAILABLE
            return self._refuse(task, activity, name, message)
        self._record_started(task, job_id)
        LOG.info("task %s started: %s job %s", task.task_id, activity.backend, job_id)
        return Result.STARTED

    def _record_started(self, task: Task, job_id: JobId) -> None:
        try:
            if not self.tasks.record_started(task.task_id, job_id):
                LOG.info("task %s was settled before its start was recorded", task.task_id)
        except (ClientError, BotoCoreError) as error:
            # The job runs and will settle the task: failing it now would waste the job.
            LOG.error("task %s: job %s not recorded: %s", task.task_id, job_id, error)

    def _refuse(self, task: Task, activity: Activity, name: ErrorName, message: str) -> Result:
        LOG.error("task %s of %s not started: %s: %s", task.task_id, activity.name, name, message)
        cause = Cause(message=message, backend=activity.backend)
        try:
            self.settler.settle(task.task_id, task.token, Failed(error=name, cause=cause))
        except (ClientError, BotoCoreError) as error:
            # The token can't be handed back: the state's HeartbeatSeconds ends the task.
            LOG.error("task %s could not be settled: %s", task.task_id, error)
        return Result.REFUSED


def _describe(error: ClientError | BotoCoreError) -> str:
    return error_code(error) if isinstance(error, ClientError) else type(error).__name__
