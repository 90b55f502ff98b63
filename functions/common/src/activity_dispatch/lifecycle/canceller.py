"""Cancels the tasks of executions that ended before their tasks did.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

import logging
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.backends.base import Backend, InvalidBackendConfig
from activity_dispatch.domain.activities import Activity, InvalidActivity
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed
from activity_dispatch.domain.tasks import BARE, OutcomeName, TaskRecord, TaskState
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.lifecycle.stopping import stop_job
from activity_dispatch.observe.log_keys import keys_of, log_keys
from activity_dispatch.stepfunctions.answers import TaskAnswers, TaskGone
from activity_dispatch.stepfunctions.history import history_of, open_polls
from activity_dispatch.store.catalog import ActivityCatalog
from activity_dispatch.store.task_table import InvalidItem, TaskTable

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

LOG = logging.getLogger(__name__)

EXPECTED = (ClientError, BotoCoreError, InvalidActivity, InvalidBackendConfig, InvalidItem)
# Of more of them it is taken for granted that one is open: each is read to find that out.
MAX_BARE_READ = 100
_ENDED_EARLY = ("ABORTED", "TIMED_OUT", "FAILED")


class NoTimeLeft(Exception):
    """A task was not looked at: the time was up. The event's next delivery goes on."""


def ended_execution(event: Mapping[str, Any]) -> str | None:
    """Return the ARN of an execution whose end without success the event reports; None for other events."""
    detail = event.get("detail")
    if event.get("source") != "aws.states" or not isinstance(detail, Mapping):
        return None
    arn = detail.get("executionArn")
    return arn if detail.get("status") in _ENDED_EARLY and isinstance(arn, str) else None


@dataclass(frozen=True, kw_only=True)
class Canceller:
    """Stops the jobs of tasks that nobody waits for any more; `threads` at a time."""

    stepfunctions: "SFNClient"
    answers: TaskAnswers
    tasks: TaskTable
    activities: ActivityCatalog
    backend_of: Callable[[Activity], Backend]
    settler: Settler
    threads: int = 1

    def cancel_execution(
        self, execution_arn: str, seconds_left: Callable[[], float] = lambda: math.inf
    ) -> int:
        """Cancel those open tasks of an ended execution that nobody waits for; return how many there were.

        Tasks whose execution is known are found by it. For the others there is its history, which holds the
        worker name of each poll that took a task, and the name the poll's id. A task that is not in the
        table yet is found by its first refused heartbeat. Once `seconds_left` is 0, no further task is begun.

        Raises ClientError and BotoCoreError if the tasks can't be listed, and in the end an
        ExceptionGroup with what went wrong: the event's next delivery does what is left.
        """
        with log_keys(execution=execution_arn), ThreadPoolExecutor(self.threads, "cancel") as pool:
            found = [
                *pool.map(
                    lambda look_up: self._one(execution_arn, look_up, seconds_left),
                    self._lookups(execution_arn),
                )
            ]
            problems = [each for each in found if isinstance(each, Exception)]
            cancelled = sum(each is True for each in found)
            LOG.info("%s has ended: %d of its tasks cancelled", execution_arn, cancelled)
            if problems:
                message = f"{execution_arn}: {len(problems)} of its tasks are left"
                raise ExceptionGroup(message, problems)
            return cancelled

    def _lookups(self, execution_arn: str) -> Iterator[Callable[[], TaskRecord | None]]:
        known = frozenset(self.tasks.of_execution(execution_arn))
        yield from (partial(self._known, task_id) for task_id in known)
        if known and not self._may_have_bare_tasks():
            return
        for poll in open_polls(history_of(self.stepfunctions, execution_arn)):
            yield partial(self._of_poll, poll, known)

    def _may_have_bare_tasks(self) -> bool:
        """Return whether an execution may have an open task that nothing but its history leads to."""
        if any(not each.envelope and not each.is_callback for each in self.tasks.served_activities()):
            return True
        bare = [*islice(self.tasks.of_execution(BARE), MAX_BARE_READ + 1)]
        if len(bare) > MAX_BARE_READ:
            return True
        try:
            return any(record is not None and not record.is_closed for record in map(self._known, bare))
        except (ClientError, BotoCoreError) as error:
            LOG.warning("a task without its envelope was not read, so one may be open: %s", error)
            return True

    def _known(self, task_id: str) -> TaskRecord | None:
        try:
            return self.tasks.get(task_id, with_input=False)
        except InvalidItem as error:
            LOG.error("task %s: its item is invalid and left out: %s", task_id, error)
            return None

    def _of_poll(self, poll: str, known: Collection[str]) -> TaskRecord | None:
        record = self.tasks.of_poll(poll)
        if record is None or record.task_id in known:
            return None
        # What the index shows may be outdated.
        return self.tasks.get(record.task_id, with_input=False)

    def _one(
        self,
        execution_arn: str,
        look_up: Callable[[], TaskRecord | None],
        seconds_left: Callable[[], float],
    ) -> bool | Exception:
        """Return whether the task was cancelled, or what went wrong: one task must not stop the others."""
        if seconds_left() <= 0:
            return NoTimeLeft("the time was up")
        try:
            record = look_up()
            if record is None:
                return False
            with log_keys(**{**keys_of(record), "execution": execution_arn}):
                return self._cancel_unless_awaited(record)
        except EXPECTED as error:
            LOG.error("%s: a task was not cancelled, left for the next delivery: %s", execution_arn, error)
            return error
        except Exception as error:
            LOG.exception("%s: a task was not cancelled, left for the next delivery", execution_arn)
            return error

    def _cancel_unless_awaited(self, record: TaskRecord) -> bool:
        # A task with another outcome has a job that is about to end on its own.
        if record.is_closed or record.outcome not in (None, OutcomeName.CANCELLED):
            return False
        if record.token is not None:
            try:
                self.answers.heartbeat(record.token)
            except TaskGone:
                pass
            else:
                # Redriven meanwhile, or the event is not Step Functions'.
                LOG.warning("task %s is waited for, its job goes on", record.task_id)
                return False
        self._cancel(record)
        return True

    def cancel(self, record: TaskRecord) -> None:
        """Record that nobody waits for the task, and stop its job.

        Raises ClientError, BotoCoreError, InvalidActivity and InvalidBackendConfig if the job was not
        stopped: the task stays recorded as cancelled, and to repeat this stops the job.
        """
        with log_keys(**keys_of(record)):
            self._cancel(record)

    def fail(self, record: TaskRecord, message: str) -> OutcomeName:
        """End an open task as `Job.Cancelled`, stop its job, and return the outcome that is recorded.

        It is `cancelled` if nobody waited for the task any more. Raises ValueError if the task is settled,
        ClientError and BotoCoreError if the outcome was not sent, and what `cancel` raises if the job was not
        stopped: the reconciler stops it then.
        """
        if record.token is None:
            raise ValueError(f"task {record.task_id} has ended: {record.outcome}")
        cause = Cause(message=message, backend=record.backend, job_id=record.job_id)
        failed = Failed(error=ErrorName.JOB_CANCELLED, cause=cause)
        with log_keys(**keys_of(record)):
            # A warm worker frees the slot of a task that it took, and a waiting task has no job.
            release = record.slot_release if record.job_of is not None else None
            outcome = self.settler.settle(record.task_id, record.token, failed, release=release)
            after = self.tasks.get(record.task_id, with_input=False) or record
            if after.is_parked:
                self.settler.close(record.task_id, after.slot_release)
            elif record.job_of is None:
                self._stop(after)
        return outcome

    def _cancel(self, record: TaskRecord) -> None:
        if record.state is TaskState.WAITING and self.settler.cancel_waiting(record.task_id):
            return
        if record.job_of is not None:
            # Its job is another task's, whose worker sees this and ends this task's program.
            self.settler.cancel(record.task_id, release=record.slot_release)
            return
        # Recorded first: a start that is under way sees it and stops its job, or is seen by the next read.
        self.settler.cancel(record.task_id)
        record = self.tasks.get(record.task_id) or record
        if record.outcome in (None, OutcomeName.CANCELLED):
            self._stop(record)

    def _stop(self, record: TaskRecord) -> None:
        activity = self.activities.of(record)
        if activity is None:
            LOG.error("task %s: its activity no longer exists, its job is not stopped", record.task_id)
            return
        job = stop_job(self.backend_of(activity), record)
        if job is not None:
            LOG.info("task %s cancelled: job %s stopped", record.task_id, job)
