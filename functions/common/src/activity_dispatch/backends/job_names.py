"""Job names that contain the task's id, so that events lead back to the task."""

from activity_dispatch.domain.tasks import is_task_id

_PREFIX = "task-"


def job_name(task_id: str) -> str:
    """Return the name of a task's job."""
    return _PREFIX + task_id


def task_id_in(name: object) -> str | None:
    """Return the id of the task whose job has this name, None if it is not a task's job."""
    if not isinstance(name, str) or not name.startswith(_PREFIX):
        return None
    task_id = name.removeprefix(_PREFIX)
    return task_id if is_task_id(task_id) else None
