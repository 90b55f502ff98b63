"""Concludes tasks: turns the end of a job into the outcome of its task."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from botocore.exceptions import ClientError

from activity_dispatch.aws.errors import error_code
from activity_dispatch.backends.base import Backend, InvalidBackendConfig
from activity_dispatch.domain.activities import Activity, InvalidActivity
from activity_dispatch.domain.jobs import Diagnosis, LogLocation, is_under_way
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Outcome, Succeeded
from activity_dispatch.domain.tasks import TaskRecord, TaskState
from activity_dispatch.lifecycle.captured import captured_result
from activity_dispatch.lifecycle.chain import Chain, as_left, moves_on, with_attempts
from activity_dispatch.lifecycle.job_logs import JobLogs, LogUnreadable
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.observe.log_links import log_url
from activity_dispatch.store.catalog import ActivityCatalog

LOG = logging.getLogger(__name__)
# How long after a job's end its result may still become readable: a burst of ends can use up the quota of
# GetLogEvents for minutes.
GIVE_UP_SECONDS = 300.0


class OutputNotReady(Exception):
    """The job's output may be readable later; the task is left as it is."""


@dataclass(frozen=True, kw_only=True)
class Concluder:
    """Settles and closes tasks whose jobs have ended; the outcome includes the job's last log lines."""

    activities: ActivityCatalog
    backend_of: Callable[[Activity], Backend]
    logs: JobLogs
    settler: Settler
    chain: Chain

    def conclude(self, record: TaskRecord, diagnosis: Diagnosis, outcome: Outcome) -> bool:
        """Settle and close a task with its job's outcome; return False if it was settled before.

        A task that falls back to another backend is moved there instead. Raises ClientError, BotoCoreError,
        and OutputNotReady.
        """
        if self.is_over(record):
            return False
        outcome = _of_task(record, outcome)
        if isinstance(outcome, Failed):
            outcome = as_left(record, outcome)
            chained = self._chained(record, outcome)
            if chained is not None:
                return self._move(*chained, record, outcome)
            outcome = with_attempts(outcome, record)
        outcome = self._with_log(record, diagnosis, outcome)
        # Reading the log may have taken seconds: the worker, or another event, may have settled the task.
        latest = self.settler.tasks.get(record.task_id)
        if latest is None or self.is_over(latest) or latest.token is None:
            return False
        self._settle(latest, latest.token, outcome)
        return True

    def is_over(self, record: TaskRecord) -> bool:
        """Return whether a task whose job has ended is settled; close it then.

        Raises ClientError and BotoCoreError.
        """
        if record.state is not TaskState.SETTLED and record.token is not None:
            return False
        if not record.is_closed:
            self.settler.close(record.task_id, record.slot_release)
        return True

    def _chained(self, record: TaskRecord, failed: Failed) -> tuple[Activity, Backend] | None:
        """Return the activity and the backend of this attempt, if the task falls back to another one."""
        try:
            activity = self.activities.of(record)
            if activity is None or not moves_on(activity, record, failed.error):
                return None
            return activity, self.backend_of(activity)
        except (InvalidActivity, InvalidBackendConfig):
            # Then its log can't be read either, which is logged.
            return None

    def _move(self, activity: Activity, backend: Backend, record: TaskRecord, failed: Failed) -> bool:
        # A repeated start may have made a second job.
        other = backend.find(record.start_id)
        if other is not None and is_under_way(backend.describe([other]).get(other)):
            raise OutputNotReady(f"task {record.task_id}: job {other} of its attempt is under way")
        if not self.chain.move(activity, record, failed):
            return False
        self.chain.ask(record)
        return True

    def _settle(self, record: TaskRecord, token: str, outcome: Outcome) -> None:
        try:
            name = self.settler.settle(record.task_id, token, outcome, release=record.slot_release)
        except ClientError as error:
            # JSON that Step Functions does not accept: it would refuse it again.
            if isinstance(outcome, Failed) or error_code(error) != "InvalidOutput":
                raise
            cause = Cause(
                message=f"Step Functions refused the output: {error}",
                backend=record.backend,
                job_id=record.job_id,
                attempts=record.attempts,
            )
            failed = Failed(error=ErrorName.JOB_INVALID_OUTPUT, cause=cause)
            name = self.settler.settle(record.task_id, token, failed, release=record.slot_release)
        LOG.info("task %s settled when its job ended: %s", record.task_id, name)

    def _with_log(self, record: TaskRecord, diagnosis: Diagnosis, outcome: Outcome) -> Outcome:
        location: LogLocation | None = None
        try:
            location = self._log_location(record, diagnosis)
            if location is None:
                return outcome
            if isinstance(outcome, Failed):
                since = None if record.job_of is None else record.claimed_at
                lines = self.logs.reason(location, diagnosis.ended_at, since=since).tail
                return _with_log_tail(outcome, lines, location)
            if diagnosis.has_output:
                linked = {**json.loads(outcome.output), "log_url": log_url(location)}
                return Succeeded(output=json.dumps(linked))
            log = self.logs.result(location, diagnosis.ended_at)
            return Succeeded(output=captured_result(outcome.output, log))
        except LogUnreadable as problem:
            LOG.warning("log %s not read: %s", location, problem)
            return self._without_log(record, diagnosis, outcome, location, problem)

    def _log_location(self, record: TaskRecord, diagnosis: Diagnosis) -> LogLocation | None:
        try:
            activity = self.activities.of(record)
            if activity is None:
                raise LogUnreadable("nothing describes its activity any more")
            return self.backend_of(activity).log_location(diagnosis)
        except (InvalidActivity, InvalidBackendConfig) as error:
            LOG.error("task %s: invalid configuration of its activity: %s", record.task_id, error)
            raise LogUnreadable(f"invalid configuration of its activity: {error}") from error

    def _without_log(
        self,
        record: TaskRecord,
        diagnosis: Diagnosis,
        outcome: Outcome,
        location: LogLocation | None,
        problem: LogUnreadable,
    ) -> Outcome:
        url = None if location is None or problem.is_missing else log_url(location)
        if isinstance(outcome, Failed):
            return _without_log_tail(outcome, url, problem)
        if diagnosis.has_output:
            return outcome
        if problem.passes and self._ended_lately(diagnosis):
            raise OutputNotReady(f"task {record.task_id}: {problem}") from problem
        message = f"the job succeeded, but its output, the end of its log, can't be read: {problem}"
        cause = Cause(
            message=message, backend=record.backend, job_id=diagnosis.job_id, exit_code=0, log_url=url
        )
        return Failed(error=ErrorName.JOB_OUTPUT_UNAVAILABLE, cause=cause)

    def _ended_lately(self, diagnosis: Diagnosis) -> bool:
        ended = diagnosis.ended_at
        return ended is not None and self.logs.clock() - ended < GIVE_UP_SECONDS


def _of_task(record: TaskRecord, outcome: Outcome) -> Outcome:
    """Return the outcome of a job as that of one of its tasks."""
    if record.job_of is None or isinstance(outcome, Failed):
        return outcome
    # What a warm worker's container says at its end is not the result of the task that it did last.
    message = "the job ended, and its worker reported no outcome of this task"
    cause = Cause(message=message, backend=record.backend, job_id=record.job_id)
    return Failed(error=ErrorName.JOB_INTERRUPTED, cause=cause)


def _with_log_tail(outcome: Failed, lines: tuple[str, ...], location: LogLocation) -> Failed:
    # Without a line there may be no log stream, and the link would be dead.
    url = log_url(location) if lines else None
    return replace(outcome, cause=replace(outcome.cause, log_tail=lines, log_url=url))


def _without_log_tail(outcome: Failed, url: str | None, problem: LogUnreadable) -> Failed:
    if problem.is_missing and outcome.cause.exit_code is None:
        # No container ran, so there is no log.
        return outcome
    message = f"{outcome.cause.message} (its log could not be read: {problem})"
    return replace(outcome, cause=replace(outcome.cause, message=message, log_url=url))
