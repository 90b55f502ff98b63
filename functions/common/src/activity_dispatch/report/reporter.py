"""The reporter: turns a backend's events into the outcomes of tasks."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from activity_dispatch.backends.base import Backend, InvalidBackendConfig
from activity_dispatch.domain.activities import Activity, InvalidActivity
from activity_dispatch.domain.jobs import Diagnosis, LogLocation
from activity_dispatch.domain.outcomes import Outcome, Succeeded
from activity_dispatch.domain.tasks import TaskRecord, TaskState
from activity_dispatch.lifecycle.concluder import Report, _with_log_tail, captured_result
from activity_dispatch.lifecycle.job_logs import JobLogs
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.observe.log_keys import keys_of, log_keys
from activity_dispatch.observe.log_links import log_url
from activity_dispatch.store.catalog import ActivityCatalog
from activity_dispatch.store.task_table import TaskTable

LOG = logging.getLogger(__name__)

# Claimants that name their job (see `worker.identity` and `processing`); others name a process.
TELLING_CLAIMANTS = ("lambda:", "ecs:", "batch:")


@dataclass(frozen=True, kw_only=True)
class Reporter:
    """Handles events, which may come twice, late and out of order: only an end settles, and once."""

    diagnose: Callable[[Mapping[str, Any]], Diagnosis | None]
    tasks: TaskTable
    activities: ActivityCatalog
    backend_of: Callable[[Activity], Backend]
    logs: JobLogs
    settler: Settler

    def handle(self, event: Mapping[str, Any]) -> Report:
        """Settle the event's task if its job has ended and nobody told the outcome before."""
        diagnosis = self.diagnose(event)
        record = None if diagnosis is None else self.tasks.get(diagnosis.task_id)
        if diagnosis is None or record is None or not _is_of(record, diagnosis):
            LOG.info("event is not about a task of this stack: %s", event.get("detail-type"))
            return Report.NOT_OURS
        with log_keys(**{**keys_of(record), "job_id": diagnosis.job_id}):
            if diagnosis.outcome is not None:
                return self.settle(record, diagnosis, diagnosis.outcome)
            if diagnosis.progress is not None:
                self.tasks.record_progress(diagnosis.task_id, diagnosis.progress)
            return Report.NOTED

    def settle(self, record: TaskRecord, diagnosis: Diagnosis, outcome: Outcome) -> Report:
        """Settle and close a task whose job has ended."""
        if record.state is TaskState.SETTLED or record.token is None:
            if record.poll_id is not None:
                self.settler.close(record.task_id, record.slot_release)
            return Report.ALREADY_SETTLED
        outcome = self._with_log(record, diagnosis, outcome)
        name = self.settler.settle(record.task_id, record.token, outcome, end=record.slot_release)
        LOG.info("task %s settled by its job's end: %s", record.task_id, name)
        return Report.SETTLED

    def _with_log(self, record: TaskRecord, diagnosis: Diagnosis, outcome: Outcome) -> Outcome:
        location = self._log_location(record, diagnosis)
        if location is None:
            return outcome
        if isinstance(outcome, Succeeded) and diagnosis.tells_output:
            return Succeeded(output=json.dumps({**json.loads(outcome.output), "log_url": log_url(location)}))
        lines = self.logs.last_lines(location)
        if isinstance(outcome, Succeeded):
            return Succeeded(output=captured_result(outcome.output, lines))
        return _with_log_tail(outcome, lines, location)

    def _log_location(self, record: TaskRecord, diagnosis: Diagnosis) -> LogLocation | None:
        try:
            activity = self.activities.find(record.activity_arn)
            return None if activity is None else self.backend_of(activity).log_location(diagnosis)
        except (InvalidActivity, InvalidBackendConfig) as error:
            # The outcome is worth more than its log.
            LOG.error("task %s: its activity's configuration is wrong: %s", record.task_id, error)
            return None


def _is_of(record: TaskRecord, diagnosis: Diagnosis) -> bool:
    # A start that was repeated may have made a second job, which found the task taken and ended: its
    # end is not the task's. A start that was never recorded has no job id yet.
    if record.claimed_by is not None and record.claimed_by.startswith(TELLING_CLAIMANTS):
        return diagnosis.job_id.rpartition("/")[2] in record.claimed_by
    return record.job_id in (None, diagnosis.job_id)
