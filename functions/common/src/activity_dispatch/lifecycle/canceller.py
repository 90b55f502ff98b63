"""Cancels the tasks of executions that ended before their tasks did.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from activity_dispatch.backends.base import Backend
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.jobs import JobId
from activity_dispatch.domain.outcomes import NOBODY_WAITS
from activity_dispatch.domain.tasks import OutcomeName, TaskRecord, TaskState
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.observe.log_keys import keys_of, log_keys
from activity_dispatch.stepfunctions.history import history_of, open_polls
from activity_dispatch.store.catalog import ActivityCatalog
from activity_dispatch.store.task_table import TaskTable

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

LOG = logging.getLogger(__name__)

_ENDED_EARLY = ("ABORTED", "TIMED_OUT", "FAILED")


def ended_execution(event: Mapping[str, Any]) -> str | None:
    """Return the ARN of an execution whose end without success the event reports; None for other events."""
    detail = event.get("detail")
    if event.get("source") != "aws.states" or not isinstance(detail, Mapping):
        return None
    arn = detail.get("executionArn")
    return arn if detail.get("status") in _ENDED_EARLY and isinstance(arn, str) else None


@dataclass(frozen=True, kw_only=True)
class Canceller:
    """Stops the jobs of tasks that nobody waits for any more."""

    stepfunctions: "SFNClient"
    tasks: TaskTable
    activities: ActivityCatalog
    backend_of: Callable[[Activity], Backend]
    settler: Settler

    def cancel_execution(self, execution_arn: str) -> int:
        """Cancel the open tasks of an ended execution; return how many there were.

        The execution's history holds the worker name of each poll that took a task, and the name holds
        the poll's id; callback tasks are found by their execution. A task that is not in the table yet is
        found by its first refused heartbeat. Raises what `cancel` raises.
        """
        # Only here is a task's execution known: its history names the poll.
        with log_keys(execution=execution_arn):
            return self._cancel_execution(execution_arn)

    def _cancel_execution(self, execution_arn: str) -> int:
        polls = open_polls(history_of(self.stepfunctions, execution_arn))
        found = [record for poll in polls if (record := self.tasks.of_poll(poll)) is not None]
        found += self.tasks.of_execution(execution_arn)
        # A task with another outcome has a job that is about to end on its own.
        records = [record for record in found if record.outcome in (None, OutcomeName.CANCELLED)]
        for record in records:
            self.cancel(record)
        LOG.info("%s has ended: %d of its tasks cancelled", execution_arn, len(records))
        return len(records)

    def cancel(self, record: TaskRecord) -> None:
        """Record that nobody waits for the task, and stop its job.

        Raises ClientError, BotoCoreError, InvalidActivity and InvalidBackendConfig.
        """
        with log_keys(**keys_of(record)):
            self._cancel(record)

    def _cancel(self, record: TaskRecord) -> None:
        if record.state is TaskState.WAITING and self.settler.cancel_waiting(record.task_id):
            return
        activity = self.activities.find(record.activity_arn)
        self.settler.cancel(record.task_id)
        if activity is None:
            LOG.error("task %s: its activity no longer exists, its job is not stopped", record.task_id)
            return
        backend = self.backend_of(activity)
        job = backend.find(record.task_id) if record.job_id is None else JobId(record.job_id)
        if job is not None:
            LOG.info("task %s cancelled: stopping job %s", record.task_id, job)
            backend.stop(job, NOBODY_WAITS)
