"""A warm worker's next tasks: what it takes after its first one, in the same job (docs/running.md)."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.domain.activities import Activity, InvalidActivity
from activity_dispatch.domain.envelope import traceparent_of
from activity_dispatch.domain.inputs import job_overrides
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed
from activity_dispatch.domain.polls import new_poll_id, worker_name
from activity_dispatch.domain.slot_release import SlotRelease
from activity_dispatch.domain.tasks import InvalidInput, OutcomeName, Task, TaskRecord
from activity_dispatch.lifecycle.opening import unwrapped_now
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.store.task_table import InvalidItem, TaskTable
from activity_dispatch.store.warm_jobs import WarmJobs
from activity_dispatch.worker.assignment import Assignment, Taken
from activity_dispatch.worker.container.stopper import Stopper

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

LOG = logging.getLogger(__name__)

# What the reconciler may wait for a sign of life: more than a poll, or than a program's grace period.
ALIVE_SECONDS = 300.0
SIGN_SECONDS = 60.0
_PROBLEMS = (ClientError, BotoCoreError, InvalidItem, InvalidActivity)


@dataclass(kw_only=True)
class NextTasks:
    """Takes the next tasks off the activity of the job's first task, whose slot the job keeps.

    A poll is never abandoned: a task that it returned to nobody would be lost. So polls begin within
    `linger_seconds` after the last task, and the last one may take a minute. `clock` gives seconds
    since 1970, `timer` is monotonic.
    """

    first: Assignment
    claimant: str
    tasks: TaskTable
    warm_jobs: WarmJobs
    polls: "SFNClient"
    settler: Settler
    stopper: Stopper
    linger_seconds: float
    max_tasks: int
    clock: Callable[[], float] = time.time
    timer: Callable[[], float] = time.monotonic
    _taken: int = field(default=1, init=False)
    _record: TaskRecord | None = field(default=None, init=False)
    _activity: Activity | None = field(default=None, init=False)
    _signed_at: float | None = field(default=None, init=False)

    def take(self) -> Taken | None:
        """Return the next task; None if the job is to end. Raises nothing that is expected."""
        until = self.timer() + self.linger_seconds
        try:
            while self._taken < self.max_tasks and self.timer() < until:
                record = self._may_poll()
                if record is None:
                    break
                task = self._poll(record)
                if task is not None:
                    self._taken += 1
                    return self._begin(task, record)
        except _PROBLEMS as error:
            LOG.warning("no further task: %s: %s", type(error).__name__, error)
        return None

    def _may_poll(self) -> TaskRecord | None:
        """Return the first task's record if the job may take a task now."""
        if self.stopper.begin_another() is not None:
            return None
        if self._record is None:
            self._record = self.tasks.get(self.first.task_id, with_input=False)
        record = self._record
        # Without the job's id nobody would find out that it has ended.
        if record is None or record.job_id is None or record.outcome in (None, OutcomeName.CANCELLED):
            return None
        # The record of a task that has moved to another backend since is about the job there.
        if record.claimed_by != self.claimant:
            return None
        self._activity = self.tasks.activity(record.activity_arn)
        if self._activity is None or self._activity.fingerprint != record.description:
            LOG.info("no further task: the activity has changed")
            return None
        # What is given back is started for warm activities only.
        if self._activity.linger_seconds is None:
            LOG.warning("no further task: the activity's linger_seconds is not set")
            return None
        return record if self._sign() else None

    def _poll(self, record: TaskRecord) -> Task | None:
        poll_id = new_poll_id(self.clock())
        answer = self.polls.get_activity_task(
            activityArn=record.activity_arn, workerName=worker_name(poll_id, self.claimant)
        )
        token = answer.get("taskToken")
        if not token:
            return None
        return Task(
            activity_arn=record.activity_arn,
            token=token,
            # As the dispatcher does: a lone surrogate is escaped again.
            input=answer.get("input", "null").encode(errors="backslashreplace").decode(),
            heartbeat_seconds=record.heartbeat_seconds,
            poll_id=poll_id,
            description=record.description,
        )

    def _begin(self, task: Task, record: TaskRecord) -> Taken | None:
        """Record the task as this job's; a task that can't be is given back or fails, and is never lost."""
        try:
            if self._activity is not None:
                task = unwrapped_now(self.tasks, self._activity, task)
            if self.stopper.reason is None:
                # What the job does is named first: whatever happens next, its end ends this task.
                if self._sign(task.task_id) and self.warm_jobs.add(task, self.first.task_id, self.claimant):
                    return self._taken_task(task, record)
                reason = "the job was over when it took the task"
            else:
                self.warm_jobs.add(task, self.first.task_id, None)
                LOG.warning("task %s given back: the container is being stopped", task.task_id)
                return None
        except InvalidInput as error:
            self._fail(task, record, ErrorName.DISPATCH_INVALID_INPUT, str(error))
            return self.take()
        except _PROBLEMS as error:
            reason = f"the task could not be recorded: {type(error).__name__}"
            LOG.error("task %s: %s", task.task_id, error)
        self._fail(task, record, ErrorName.DISPATCH_CAPACITY_UNAVAILABLE, reason)
        return None

    def _taken_task(self, task: Task, record: TaskRecord) -> Taken | None:
        try:
            # There is no other job whose size, command or environment it could change.
            job_overrides(task.input, ())
        except InvalidInput as error:
            self._fail(task, record, ErrorName.DISPATCH_INVALID_INPUT, str(error))
            return self.take()
        assignment = Assignment(
            task_id=task.task_id,
            token=task.token,
            heartbeat_seconds=task.heartbeat_seconds,
            backend=self.first.backend,
            job_id=record.job_id or self.first.job_id,
        )
        LOG.info("task %s follows in this job", task.task_id)
        return Taken(
            assignment=assignment,
            input=task.input,
            release=self._release(task),
            is_gone=lambda: self._is_gone(task.task_id),
            traceparent=traceparent_of(task),
        )

    def _fail(self, task: Task, record: TaskRecord, name: ErrorName, reason: str) -> None:
        cause = Cause(message=reason, backend=record.backend, job_id=record.job_id)
        failed = Failed(error=name, cause=cause)
        try:
            self.settler.settle(task.task_id, task.token, failed, release=self._release(task))
        except (ClientError, BotoCoreError) as error:
            LOG.error("task %s could not be settled: %s", task.task_id, error)

    def _release(self, task: Task) -> SlotRelease:
        is_announced = self._activity is not None and self._activity.event_bus_arn is not None
        return SlotRelease(activity_arn=task.activity_arn, slot=None, leaves_closing=is_announced)

    def _is_gone(self, task_id: str) -> bool:
        # Called every few seconds while the task's program runs, however long that is.
        self._sign()
        return self.tasks.is_settled(task_id)

    def _sign(self, runs: str | None = None) -> bool:
        """Say that the job is alive, at most once a minute unless it begins a task; False: it must end."""
        now = self.timer()
        if runs is None and self._signed_at is not None and now - self._signed_at < SIGN_SECONDS:
            return True
        if not self.warm_jobs.linger(self.first.task_id, self.clock() + ALIVE_SECONDS, runs=runs):
            LOG.warning("no further task: the job counts as ended, or is to end")
            return False
        self._signed_at = now
        return True
