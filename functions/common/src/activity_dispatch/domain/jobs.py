"""Jobs, as every backend describes them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from activity_dispatch.domain.outcomes import Outcome

JobId = NewType("JobId", str)
# In an event that names a task but none of its jobs.
UNNAMED_JOB = JobId("")


class JobState(StrEnum):
    """Where a job is, in the terms that all backends share."""

    QUEUED = "queued"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class LogLocation:
    """A CloudWatch Logs stream."""

    group: str
    stream: str


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What a backend's event or description says about a task's job.

    `outcome` is None until the job has ended, and in an event that does not say how. `log_stream` names its
    log stream if the event does. `progress` says how far a running job is, in up to 1 KiB. `has_output`
    means that a success's output is complete and nothing is to be read from the log. `attempt` says which
    of the task's attempts the job is. `ended_at` is when the job's container ended, in seconds since 1970,
    None if that is not known.
    """

    task_id: str
    job_id: JobId
    state: JobState
    outcome: Outcome | None = None
    log_stream: str | None = None
    progress: str | None = None
    has_output: bool = False
    attempt: int = 1
    ended_at: float | None = None


def is_under_way(diagnosis: Diagnosis | None) -> bool:
    """Return whether there is a job to stop; None means that the backend does not know the job."""
    return diagnosis is not None and diagnosis.state is not JobState.ENDED
