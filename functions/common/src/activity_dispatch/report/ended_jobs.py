"""Looks up how a job has ended, where the event of its end does not say."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from activity_dispatch.backends.base import Backend, InvalidBackendConfig
from activity_dispatch.domain.activities import Activity, InvalidActivity
from activity_dispatch.domain.jobs import Diagnosis, JobState
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed
from activity_dispatch.domain.tasks import TaskRecord
from activity_dispatch.store.catalog import ActivityCatalog

# An event can be faster than the service's own description.
PAUSES_SECONDS = (1.0, 2.0, 4.0)


class EndNotDescribed(Exception):
    """The service does not describe the job as ended: the event's next delivery or a later pass decides."""


@dataclass(frozen=True, kw_only=True)
class EndedJobs:
    """Asks the services about ends."""

    activities: ActivityCatalog
    backend_of: Callable[[Activity], Backend]
    sleep: Callable[[float], None] = time.sleep

    def look_up(self, record: TaskRecord, reported: Diagnosis) -> Diagnosis:
        """Return the service's description of a job that an event reports as ended.

        Raises ClientError, BotoCoreError and EndNotDescribed; nothing is guessed.
        """
        try:
            activity = self.activities.of(record)
            if activity is None:
                return _unknown(record, reported, "nothing describes its activity any more")
            backend = self.backend_of(activity)
        except (InvalidActivity, InvalidBackendConfig) as error:
            return _unknown(record, reported, f"invalid configuration of its activity: {error}")
        for pause in (*PAUSES_SECONDS, None):
            found = backend.describe([reported.job_id]).get(reported.job_id)
            if found is not None and found.state is JobState.ENDED and _is_of(record, found):
                return found
            if pause is not None:
                self.sleep(pause)
        state = "no such job" if found is None else f"{found.state}, of task {found.task_id}"
        raise EndNotDescribed(f"job {reported.job_id}: an event reports its end, its service says: {state}")


def _is_of(record: TaskRecord, found: Diagnosis) -> bool:
    return (found.task_id, found.attempt) == (record.task_id, record.attempt)


def _unknown(record: TaskRecord, reported: Diagnosis, why: str) -> Diagnosis:
    # No later attempt can tell more, and the execution must not wait for a job that is gone.
    message = f"the job has ended, but how can't be looked up: {why}"
    cause = Cause(message=message, backend=record.backend, job_id=reported.job_id)
    return replace(reported, outcome=Failed(error=ErrorName.JOB_OUTPUT_UNAVAILABLE, cause=cause))
