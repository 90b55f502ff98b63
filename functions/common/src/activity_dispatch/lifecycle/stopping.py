"""Stops the jobs of tasks that nobody waits for."""

from activity_dispatch.backends.base import Backend
from activity_dispatch.domain.jobs import JobId
from activity_dispatch.domain.outcomes import NOBODY_WAITS
from activity_dispatch.domain.tasks import TaskRecord


def stop_job(backend: Backend, record: TaskRecord) -> JobId | None:
    """Stop a task's job; return it, None if the backend knows none.

    `backend` has the configuration that the task was started with. Raises ClientError and BotoCoreError.
    """
    job = job_of(backend, record)
    if job is not None:
        backend.stop(job, NOBODY_WAITS)
    return job


def job_of(backend: Backend, record: TaskRecord) -> JobId | None:
    """Return the task's job, as the backend says.

    A job may write to records, so the id in one may be another task's job. Raises ClientError and
    BotoCoreError.
    """
    named = None if record.job_id is None else JobId(record.job_id)
    if named is not None:
        # A service without descriptions can't stop jobs either.
        diagnosis = backend.describe([named]).get(named) if backend.describes_jobs else None
        if not backend.describes_jobs or (diagnosis is not None and diagnosis.task_id == record.task_id):
            return named
    return backend.find(record.task_id)
