"""Job names that contain the task's id, and its attempt, so that events lead back to both."""

from activity_dispatch.domain.attempts import attempt_of

_PREFIX = "task-"


def job_name(start_id: str) -> str:
    """Return the name of the job of a task's attempt."""
    return _PREFIX + start_id


def attempt_in(name: object) -> tuple[str, int] | None:
    """Return the task and the attempt whose job has this name, None if it is not a task's job."""
    if not isinstance(name, str) or not name.startswith(_PREFIX):
        return None
    return attempt_of(name.removeprefix(_PREFIX))
