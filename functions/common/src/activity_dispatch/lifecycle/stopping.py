"""Stops the jobs of tasks that nobody waits for."""

import logging
from collections.abc import Mapping

from activity_dispatch.backends.base import Backend
from activity_dispatch.domain.jobs import Diagnosis, JobId
from activity_dispatch.domain.outcomes import NOBODY_WAITS
from activity_dispatch.domain.tasks import TaskRecord
from activity_dispatch.observe.log_keys import keys_of, log_keys

LOG = logging.getLogger(__name__)


def stop_job(backend: Backend, record: TaskRecord) -> JobId | None:
    """Stop a task's job; return it, None if the backend knows none.

    `backend` has the configuration that the task was started with. Raises ClientError and BotoCoreError.
    """
    job = job_of(backend, record)
    if job is not None:
        backend.stop(job, NOBODY_WAITS)
    return job


def job_of(backend: Backend, record: TaskRecord) -> JobId | None:
    """Return the task's job, as the backend says. Raises ClientError and BotoCoreError."""
    if record.job_id is not None:
        named = JobId(record.job_id)
        # A service without descriptions can't stop jobs either.
        if not backend.describes_jobs or described_job(record, backend.describe([named])) is not None:
            return named
    return backend.find(record.start_id)


def described_job(record: TaskRecord, known: Mapping[JobId, Diagnosis]) -> Diagnosis | None:
    """Return the description of a task's job, None if the service does not know it as this task's."""
    job = None if record.job_id is None else known.get(JobId(record.job_id))
    its = (record.task_id, record.job_of)
    if job is None or (job.task_id in its and job.attempt == record.attempt):
        return job
    with log_keys(**keys_of(record)):
        # Jobs write to the table: another task's job must not be stopped in the name of this one.
        LOG.error("task %s: its record names attempt %d of task %s", record.task_id, job.attempt, job.task_id)
    return None
