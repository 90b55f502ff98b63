"""Moves a task to the next backend of its activity's chain, once nothing runs for its attempt.

Who moves it need not be able to start it: the dispatcher is asked to.
"""

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.attempts import Attempt
from activity_dispatch.domain.claims import LEAVING
from activity_dispatch.domain.outcomes import ErrorName, Failed
from activity_dispatch.domain.requests import DispatchRequest
from activity_dispatch.domain.tasks import Task, TaskRecord
from activity_dispatch.store.dispatch_queue import RequestSender, RequestsNotSent
from activity_dispatch.store.task_table import TaskTable

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Moves tasks on and asks for their next attempts. `clock` gives seconds since 1970."""

    tasks: TaskTable
    requests: RequestSender
    clock: Callable[[], float] = time.time

    def move(self, activity: Activity, record: TaskRecord, failed: Failed) -> bool:
        """Record the next attempt of a task of whose attempt in `record` nothing runs.

        Return False if there is none after this failure, or if the task has changed since `record`. Raises
        ClientError and BotoCoreError.
        """
        link = activity.next_link(record.attempt)
        if link is None or not moves_on(activity, record, failed.error):
            return False
        ended = Attempt(
            backend=record.backend,
            error=failed.error,
            message=failed.cause.message,
            started_at=record.started_at or record.starting_at,
            ended_at=self.clock(),
            job_id=record.job_id or failed.cause.job_id,
        )
        attempts = (*record.attempts, ended)
        if not self.tasks.move_on(record, link.backend, attempts, by=secrets.token_hex(8)):
            LOG.info("task %s has changed: attempt %d does not end it", record.task_id, record.attempt)
            return False
        LOG.warning(
            "task %s: attempt %d on %s ended with %s, the next one is on %s",
            record.task_id,
            record.attempt,
            record.backend,
            failed.error,
            link.backend,
        )
        return True

    def ask(self, record: TaskRecord) -> None:
        """Ask the dispatcher to start a task's next attempt; if that fails, the reconciler asks again."""
        request = DispatchRequest(activity_arn=record.activity_arn, task_id=record.task_id)
        try:
            self.requests.send(request)
        except (ClientError, BotoCoreError, RequestsNotSent) as error:
            LOG.error("task %s: its next attempt is asked for later: %s", record.task_id, error)


def falls_back(activity: Activity, attempt: int, error: str) -> bool:
    """Return whether a task has another attempt after one that ended with this error."""
    link = activity.next_link(attempt)
    return link is not None and link.is_taken_after(error)


def moves_on(activity: Activity, record: TaskRecord, error: str) -> bool:
    """Return whether a task's next attempt follows after this one ended with this error.

    A task that a warm worker took beside its job's first one has none: the slot is the job's, not its own.
    """
    return record.job_of is None and falls_back(activity, record.attempt, error)


def for_attempt(task: Task, activity: Activity) -> Task:
    """Return the task with what its job has to know of its activity."""
    return replace(
        task,
        is_announced=activity.event_bus_arn is not None,
        falls_back=activity.next_link(task.attempt) is not None,
        falls_back_after_interruption=falls_back(activity, task.attempt, ErrorName.JOB_INTERRUPTED),
    )


def with_attempts(failed: Failed, task: Task | TaskRecord) -> Failed:
    """Return the failure of a task with all attempts in its cause."""
    return replace(failed, cause=replace(failed.cause, attempts=task.attempts)) if task.attempts else failed


def as_left(record: TaskRecord, failed: Failed) -> Failed:
    """Return how a job ended that was stopped because it waited too long for its turn."""
    if record.claimed_by != LEAVING:
        return failed
    message = f"the job waited too long for its turn and was stopped: {failed.cause.message}"
    return Failed(error=ErrorName.DISPATCH_QUEUE_TIMEOUT, cause=replace(failed.cause, message=message))
