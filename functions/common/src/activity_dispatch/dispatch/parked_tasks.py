"""Tasks that arrive in their dispatch requests: those of states that wait for a callback.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token

Such a task is written to the task table first, so its message may be deleted, or delivered twice. There
the task waits for a free slot, as a task of an activity waits in Step Functions; meanwhile the
reconciler sends its heartbeats.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.requests import HandedOver
from activity_dispatch.domain.tasks import Task, TaskState
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.observe.log_keys import log_keys
from activity_dispatch.stepfunctions.answers import TaskAnswers
from activity_dispatch.store.task_table import TaskTable

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class ParkedTasks:
    """Parks callback tasks, and hands them out for reserved slots.

    Both methods raise ClientError and BotoCoreError.
    """

    tasks: TaskTable
    answers: TaskAnswers
    settler: Settler

    def park(self, activity: Activity, given: HandedOver) -> str | None:
        """Record the task as waiting; return its id, None for a duplicate that is no longer waiting."""
        task = Task(
            activity_arn=activity.arn,
            token=given.token,
            input=given.input,
            heartbeat_seconds=activity.heartbeat_seconds,
            execution_arn=given.execution_arn,
        )
        if not self.tasks.park(task, activity.backend):
            record = self.tasks.get(task.task_id)
            if record is None or record.state is not TaskState.WAITING:
                LOG.info("task %s was delivered again", task.task_id)
                return None
        return task.task_id

    def take(self, activity: Activity, poll_id: str, parked: str | None) -> Task | None:
        """Take the `parked` task or, without one, any waiting task; None if there is none.

        A task that nobody waits for any more is settled on the way.
        """
        for task_id in self._candidates(activity, parked):
            task = self._unpark(activity, task_id, poll_id)
            if task is not None:
                return task
        return None

    def _candidates(self, activity: Activity, parked: str | None) -> Iterator[str]:
        if parked is not None:
            yield parked
        else:
            yield from self.tasks.waiting(activity.arn)

    def _unpark(self, activity: Activity, task_id: str, poll_id: str) -> Task | None:
        record = self.tasks.get(task_id)
        if record is None or record.token is None:
            return None
        with log_keys(task_id=task_id):
            # The message may outlive its attempt: a state's Retry sends a new one.
            is_waited_for = self.answers.is_waited_for(record.token)
        if not is_waited_for:
            self.settler.cancel_waiting(task_id)
            return None
        holds_slot = activity.max_concurrent_jobs is not None
        description = activity.fingerprint
        if not self.tasks.unpark(task_id, poll_id, holds_slot=holds_slot, description=description):
            return None
        return replace(record, poll_id=poll_id, holds_slot=holds_slot, description=description).to_task()
