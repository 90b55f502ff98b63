"""Why a job is stopped before it has ended."""

from enum import StrEnum

from activity_dispatch.domain.outcomes import NOBODY_WAITS


class StopReason(StrEnum):
    """The first reason to stop a job; its text goes into the cause of the task's failure."""

    INTERRUPTED = "the container is being stopped"
    TIMED_OUT = "the job's own time limit is reached"
    TASK_GONE = NOBODY_WAITS
