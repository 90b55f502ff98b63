"""Concludes tasks: turns the end of a job into the outcome of its task."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from activity_dispatch.backends.base import Backend, InvalidBackendConfig
from activity_dispatch.domain import strict_json
from activity_dispatch.domain.activities import Activity, InvalidActivity
from activity_dispatch.domain.jobs import Diagnosis, LogLocation
from activity_dispatch.domain.outcomes import Failed, Outcome, Succeeded
from activity_dispatch.domain.tasks import TaskRecord, TaskState
from activity_dispatch.lifecycle.job_logs import JobLogs
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.observe.log_links import log_url
from activity_dispatch.store.catalog import ActivityCatalog

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Concluder:
    """Settles and closes tasks whose jobs have ended; the outcome includes the job's last log lines."""

    activities: ActivityCatalog
    backend_of: Callable[[Activity], Backend]
    logs: JobLogs
    settler: Settler

    def conclude(self, record: TaskRecord, diagnosis: Diagnosis, outcome: Outcome) -> bool:
        """Settle and close a task with its job's outcome; return False if it was settled before.

        Raises ClientError and BotoCoreError.
        """
        if record.state is TaskState.SETTLED or record.token is None:
            if not record.is_closed:
                self.settler.close(record.task_id, record.slot_release)
            return False
        outcome = self._with_log(record, diagnosis, outcome)
        name = self.settler.settle(record.task_id, record.token, outcome, release=record.slot_release)
        LOG.info("task %s settled when its job ended: %s", record.task_id, name)
        return True

    def _with_log(self, record: TaskRecord, diagnosis: Diagnosis, outcome: Outcome) -> Outcome:
        location = self._log_location(record, diagnosis)
        if location is None:
            return outcome
        if isinstance(outcome, Succeeded) and diagnosis.has_output:
            return Succeeded(output=json.dumps({**json.loads(outcome.output), "log_url": log_url(location)}))
        lines = self.logs.last_lines(location)
        if isinstance(outcome, Succeeded):
            return Succeeded(output=captured_result(outcome.output, lines))
        return _with_log_tail(outcome, lines, location)

    def _log_location(self, record: TaskRecord, diagnosis: Diagnosis) -> LogLocation | None:
        try:
            activity = self.activities.of(record)
            return None if activity is None else self.backend_of(activity).log_location(diagnosis)
        except (InvalidActivity, InvalidBackendConfig) as error:
            # The outcome is worth more than its log.
            LOG.error("task %s: invalid configuration of its activity: %s", record.task_id, error)
            return None


def captured_result(output: str, lines: tuple[str, ...]) -> str:
    """Return the output of a container that reports none itself.

    This is its last log line if that is a JSON object or array, otherwise the backend's own output with
    the last log lines as `log_tail`.
    """
    try:
        last = strict_json.read(lines[-1]) if lines else None
    except ValueError:
        last = None
    if isinstance(last, dict | list):
        return lines[-1]
    return json.dumps({**json.loads(output), "log_tail": lines})


def _with_log_tail(outcome: Failed, lines: tuple[str, ...], location: LogLocation) -> Failed:
    # Without a line there may be no log stream, and the link would be dead.
    url = log_url(location) if lines else None
    return replace(outcome, cause=replace(outcome.cause, log_tail=lines, log_url=url))
