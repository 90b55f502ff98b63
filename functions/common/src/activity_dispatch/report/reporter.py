"""The reporter: turns backend events into the outcomes of tasks."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from activity_dispatch.domain.claims import is_claim_of
from activity_dispatch.domain.jobs import UNNAMED_JOB, Diagnosis, JobState
from activity_dispatch.domain.tasks import TaskRecord, TaskState
from activity_dispatch.lifecycle.concluder import Concluder
from activity_dispatch.observe.log_keys import keys_of, log_keys
from activity_dispatch.report.ended_jobs import EndedJobs
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.runtime.endings import make_concluder
from activity_dispatch.store.task_table import TaskTable

LOG = logging.getLogger(__name__)


class Report(Enum):
    """The result of handling an event."""

    NOT_OURS = auto()  # the event is not about a task of this stack
    NOTED = auto()  # the job has not ended
    ALREADY_SETTLED = auto()  # the worker, or an earlier event, reported the outcome
    SETTLED = auto()  # or moved to the next backend of its chain


@dataclass(frozen=True, kw_only=True)
class Reporter:
    """Handles events, which may arrive twice, late and out of order: only an end settles, and only once."""

    diagnose: Callable[[Mapping[str, Any]], Diagnosis | None]
    tasks: TaskTable
    concluder: Concluder
    ended_jobs: EndedJobs

    def handle(self, event: Mapping[str, Any]) -> Report:
        """Settle the event's task if its job has ended and the outcome is not reported yet.

        Raises ClientError, BotoCoreError, OutputNotReady and EndNotDescribed; the event is then delivered
        again.
        """
        diagnosis = self.diagnose(event)
        record = None if diagnosis is None else self.tasks.get(diagnosis.task_id)
        if diagnosis is None or record is None or not _is_of(record, diagnosis):
            LOG.info("event is not about a task of this stack: %s", event.get("detail-type"))
            return Report.NOT_OURS
        with log_keys(**{**keys_of(record), "job_id": diagnosis.job_id or None}):
            if diagnosis.state is JobState.ENDED:
                self._end_last_task(record, diagnosis)
            if diagnosis.state is JobState.ENDED and diagnosis.outcome is None:
                if self.concluder.is_over(record):
                    return Report.ALREADY_SETTLED
                diagnosis = self.ended_jobs.look_up(record, diagnosis)
            if diagnosis.outcome is not None:
                concluded = self.concluder.conclude(record, diagnosis, diagnosis.outcome)
                return Report.SETTLED if concluded else Report.ALREADY_SETTLED
            if diagnosis.progress is not None:
                self.tasks.record_progress(diagnosis.task_id, diagnosis.progress)
            return Report.NOTED

    def _end_last_task(self, first: TaskRecord, diagnosis: Diagnosis) -> None:
        """Settle what a warm worker was doing when its job ended; the job's slot is freed after that."""
        last = None if first.runs is None else self.tasks.get(first.runs)
        # The job wrote both records. A task that was given back has no claimant, and is started again.
        if last is None or last.job_of != first.task_id or last.claimed_by is None:
            return
        with log_keys(**keys_of(last)):
            if self.concluder.is_over(last):
                return
            if diagnosis.outcome is None:
                diagnosis = self.ended_jobs.look_up(first, diagnosis)
            if diagnosis.outcome is not None:
                self.concluder.conclude(last, diagnosis, diagnosis.outcome)


def make_reporter(runtime: Runtime) -> Reporter:
    """Compose the reporter from the runtime's parts."""
    return Reporter(
        diagnose=runtime.diagnose,
        tasks=runtime.tasks,
        concluder=make_concluder(runtime),
        ended_jobs=EndedJobs(
            activities=runtime.activities, backend_of=runtime.backend_of, sleep=runtime.sleep
        ),
    )


def _is_of(record: TaskRecord, diagnosis: Diagnosis) -> bool:
    # A task that waits for a slot has no job. The end of an earlier attempt's job has moved the task on.
    if record.state is TaskState.WAITING or record.attempt != diagnosis.attempt:
        return False
    # Who does not hold a task never ends it, and an event that names no job is no claimant's.
    if diagnosis.job_id == UNNAMED_JOB:
        return record.claimed_by is None
    # A repeated start may have created a second job, which found the task claimed and ended: that end is
    # not the task's. A task whose start was not recorded has no job id yet.
    claimed = None if record.claimed_by is None else is_claim_of(record.claimed_by, diagnosis.job_id)
    return record.job_id in (None, diagnosis.job_id) if claimed is None else claimed
