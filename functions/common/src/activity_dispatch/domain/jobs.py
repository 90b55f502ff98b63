"""Jobs, as every backend describes them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from activity_dispatch.domain.outcomes import Outcome

JobId = NewType("JobId", str)


class JobState(StrEnum):
    """Where a job is, in the words that all backends share."""

    QUEUED = "queued"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class LogLocation:
    """A stream of CloudWatch Logs."""

    group: str
    stream: str


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What an event of a backend, or the backend when asked, says about a task's job.

    `outcome` is None while the job is under way; `log_stream` names its log, where the event does.
    `progress` is how far a job under way is, up to 1 KiB. With `has_output` a success's output is
    complete, and nothing is taken from the log.
    """

    task_id: str
    job_id: JobId
    state: JobState
    outcome: Outcome | None = None
    log_stream: str | None = None
    progress: str | None = None
    has_output: bool = False


def is_under_way(diagnosis: Diagnosis | None) -> bool:
    """Tell whether there is anything to stop; None: the backend does not know the job."""
    return diagnosis is not None and diagnosis.state is not JobState.ENDED
