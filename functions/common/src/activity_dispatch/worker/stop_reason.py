"""Why a job is stopped early."""

from enum import StrEnum

from activity_dispatch.domain.outcomes import NOBODY_WAITS


class StopReason(StrEnum):
    """A reason to stop a job, in the words that the cause of the task's failure uses."""

    INTERRUPTED = "the container is being stopped"
    TIMED_OUT = "the job reached its own time limit"
    TASK_GONE = NOBODY_WAITS
