"""Tasks that arrive in their dispatch requests: those of states that wait for a callback.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token

Whoever may send to the queue may send any token, so Step Functions is asked first whether anybody waits for
it. Then the task is written to the task table, so its message may be deleted, or delivered twice. There
the task waits for a free slot, as a task of an activity waits in Step Functions; meanwhile the
reconciler sends its heartbeats.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

from activity_dispatch.dispatch.turns import Turns
from activity_dispatch.domain import strict_json
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed
from activity_dispatch.domain.requests import DispatchRequest, HandedOver
from activity_dispatch.domain.shares import UNSHARED, bucket_of, share_of
from activity_dispatch.domain.tasks import Task, TaskRecord, TaskState
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.observe.log_keys import log_keys
from activity_dispatch.observe.metrics import Metric
from activity_dispatch.stepfunctions.answers import NotAllowed, TaskAnswers
from activity_dispatch.store.task_table import InvalidItem, TaskTable

LOG = logging.getLogger(__name__)


class NotParked(Enum):
    """Why a task that came with its request does not wait in the table."""

    GONE = auto()  # nobody waits for it
    KNOWN = auto()  # a duplicate: it is no longer waiting
    REFUSED = auto()  # it is settled as a failure: its input is invalid


@dataclass(frozen=True, kw_only=True)
class Own:
    """The task that came with a request, if one did, and the bucket that the request is for, if any."""

    task_id: str | None = None
    bucket: str | None = None


NOTHING_OWN = Own()


@dataclass(frozen=True, kw_only=True)
class ParkedTasks:
    """Parks callback tasks, and hands them out for reserved slots.

    `park` and `take` raise ClientError, BotoCoreError, NotAllowed and InvalidItem.
    """

    tasks: TaskTable
    turns: Turns
    answers: TaskAnswers
    settler: Settler

    def park(self, activity: Activity, given: HandedOver) -> str | NotParked:
        """Record the task as waiting, if somebody waits for its outcome; return its id."""
        task = Task(
            activity_arn=activity.arn,
            token=given.token,
            input=given.input,
            heartbeat_seconds=activity.heartbeat_seconds,
            execution_arn=given.execution_arn,
            share=_share_of(activity, given),
        )
        with log_keys(task_id=task.task_id):
            # The message may outlive its attempt: a state's Retry sends a new one.
            if not self.answers.is_waited_for(task.token):
                return self._forget(task)
            problem = _problem_of(task.input)
            if not self._is_parked(task if problem is None else replace(task, input="null"), activity):
                LOG.info("task %s was delivered again", task.task_id)
                return NotParked.KNOWN
            if problem is not None:
                self._refuse(task, activity, problem)
                return NotParked.REFUSED
        return task.task_id

    def bucket_of(self, activity: Activity, request: DispatchRequest) -> str | None:
        """Return the bucket that a request is for, None if it is for any waiting task."""
        share = None if request.task is None else _share_of(activity, request.task)
        return request.bucket if share is None else bucket_of(share)

    def take(
        self,
        activity: Activity,
        poll_id: str,
        own: Own = NOTHING_OWN,
        *,
        check: Callable[[], None] = lambda: None,
    ) -> Task | None:
        """Take the request's own task or, without one, any waiting task; None if there is none.

        With a `share_key`, take that whose turn it is. A task that nobody waits for any more is settled on
        the way. One that can't be taken does not stand in the way of the others. `check` is called just
        before a task is taken: it raises if that would be too late.
        """

        def attempt(task_id: str) -> Task | None:
            if task_id == own.task_id:
                return self._unpark(activity, task_id, poll_id, check)
            return self._attempt(activity, task_id, poll_id, check)

        if activity.share_key is not None:
            return self.turns.take(activity, own.task_id, own.bucket, attempt)
        if own.task_id is not None:
            return attempt(own.task_id)
        for bucket in dict.fromkeys((own.bucket or UNSHARED, UNSHARED)):
            for task_id in self.tasks.waiting(activity.arn, bucket):
                if (task := attempt(task_id)) is not None:
                    return task
        # Those that began to wait while the activity had a `share_key`.
        return self.turns.take(activity, None, None, attempt)

    def _attempt(
        self, activity: Activity, task_id: str, poll_id: str, check: Callable[[], None]
    ) -> Task | None:
        """Take another request's task, if it can be taken and somebody waits for it."""
        try:
            return self._unpark(activity, task_id, poll_id, check) if self._is_wanted(task_id) else None
        except (NotAllowed, InvalidItem) as error:
            LOG.error("task %s is not started: %s", task_id, error)
            self.settler.metrics.put(Metric.DISPATCH_ERRORS, 1, reason=type(error).__name__)
            return None

    def _is_parked(self, task: Task, activity: Activity) -> bool:
        if self.tasks.park(task, activity.backend):
            return True
        record = self.tasks.get(task.task_id)
        return record is not None and _waits(record, activity)

    def _forget(self, task: Task) -> NotParked:
        record = self.tasks.get(task.task_id)
        if record is not None and record.state is not TaskState.WAITING:
            return NotParked.KNOWN
        if record is not None:
            self.settler.cancel_waiting(task.task_id)
        return NotParked.GONE

    def _refuse(self, task: Task, activity: Activity, problem: str) -> None:
        LOG.error("task %s of %s not started: %s", task.task_id, activity.name, problem)
        self.settler.metrics.put(Metric.DISPATCH_ERRORS, 1, reason=ErrorName.DISPATCH_INVALID_INPUT)
        cause = Cause(message=problem, backend=activity.backend)
        failed = Failed(error=ErrorName.DISPATCH_INVALID_INPUT, cause=cause)
        self.settler.settle(task.task_id, task.token, failed, release=task.slot_release)

    def _is_wanted(self, task_id: str) -> bool:
        record = self.tasks.get(task_id)
        if record is None or record.token is None:
            return False
        with log_keys(task_id=task_id):
            if self.answers.is_waited_for(record.token):
                return True
        self.settler.cancel_waiting(task_id)
        return False

    def _unpark(
        self, activity: Activity, task_id: str, poll_id: str, check: Callable[[], None]
    ) -> Task | None:
        record = self.tasks.get(task_id)
        # A job may write the state and the poll of its task, but not its activity.
        if record is None or record.token is None or not _waits(record, activity):
            return None
        holds_slot = activity.max_concurrent_jobs is not None
        description = activity.fingerprint
        check()
        held: dict[str, Any] = {"holds_slot": holds_slot, "pool": activity.pool, "description": description}
        if not self.tasks.unpark(task_id, poll_id, **held):
            return None
        return replace(record, poll_id=poll_id, **held).to_task()


def _share_of(activity: Activity, given: HandedOver) -> str | None:
    if activity.share_key is None:
        return None
    return share_of(activity.share_key, given.input, given.execution_arn)


def _waits(record: TaskRecord, activity: Activity) -> bool:
    return record.state is TaskState.WAITING and record.activity_arn == activity.arn


def _problem_of(task_input: str) -> str | None:
    # Step Functions writes one JSON value, but others may send messages too. A function's payload embeds it.
    try:
        strict_json.read(task_input)
    except ValueError as error:
        return f"input: not one JSON value: {error}"
    return None
