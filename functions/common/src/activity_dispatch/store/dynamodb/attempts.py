"""Writes of the task table that belong to one attempt of a task: its start, and the move to the next one.

An attempt is known by the attribute with the description's fingerprint, which only `move_on` changes and no
job may write.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from activity_dispatch.domain.attempts import Attempt, to_json
from activity_dispatch.domain.claims import reserved_for
from activity_dispatch.domain.tasks import TaskRecord, TaskState
from activity_dispatch.store.dynamodb.attributes import DESCRIPTION
from activity_dispatch.store.task_table import link_of

_STARTING: Mapping[str, Any] = {":starting": {"S": TaskState.STARTING}}
_STARTED: Mapping[str, Any] = {":started": {"S": TaskState.STARTED}}
# What the next attempt has of its own, or not yet.
_LEFT_BEHIND = (
    "job_id, started_at, claimed_at, claimed_until, progress, progress_at, restarts, restarted_by, begun_by"
)


class Update(Protocol):
    """A conditional update of a task's item; False if the condition is not met."""

    def __call__(self, task_id: str, update: str, condition: str, values: Mapping[str, Any], /) -> bool:
        """Make the update."""
        ...


def record_started(update: Update, task_id: str, job_id: str, now: str, link: str | None) -> bool:
    """Move from `starting` to `started`; return False if it is neither `starting` nor this job's."""
    change = "SET job_id = :job, started_at = if_not_exists(started_at, :now)"
    values: dict[str, Any] = {":job": {"S": job_id}, ":now": {"N": now}}
    and_is_at_link = ""
    if link is not None:
        and_is_at_link = f" AND {DESCRIPTION} = :link"
        values[":link"] = {"S": link}
    started_now = update(
        task_id,
        f"{change}, #state = :started",
        f"(#state = :starting OR (#state = :started AND job_id = :job)){and_is_at_link}",
        {**_STARTING, **_STARTED, **values},
    )
    if not started_now:
        has_no_job = "attribute_exists(task_id) AND attribute_not_exists(job_id)"
        update(task_id, change, f"{has_no_job}{and_is_at_link}", values)
    return started_now


def record_restart(
    update: Update, task_id: str, starting_at: float, number: int, *, now: str, by: str
) -> bool:
    """Record the `number`-th restart; return False if the task has changed since `starting_at`."""
    return update(
        task_id,
        "SET starting_at = :now, restarts = :number, restarted_by = :by",
        "#state = :starting AND (starting_at = :seen OR restarted_by = :by)",
        {
            **_STARTING,
            ":seen": {"N": f"{starting_at:.3f}"},
            ":now": {"N": now},
            ":number": {"N": str(number)},
            ":by": {"S": by},
        },
    )


def move_on(
    update: Update, record: TaskRecord, backend: str, attempts: Sequence[Attempt], *, now: str, by: str
) -> bool:
    """Move an open task to its next attempt; return False if it has changed since `record`."""
    here, there = (link_of(record.description, number) for number in (record.attempt, record.attempt + 1))
    reserved = reserved_for(record.attempt + 1)
    if here is None or there is None or reserved is None:
        return False
    same, seen = _unchanged(record)
    return update(
        record.task_id,
        f"SET #state = :starting, starting_at = :now, backend = :backend, {DESCRIPTION} = :there"
        f", attempts = :attempts, claimed_by = :reserved, moved_by = :by REMOVE {_LEFT_BEHIND}",
        f"({same}) OR ({DESCRIPTION} = :there AND moved_by = :by)",
        {
            **_STARTING,
            **_STARTED,
            **seen,
            ":now": {"N": now},
            ":backend": {"S": backend},
            ":here": {"S": here},
            ":there": {"S": there},
            ":attempts": {"S": to_json(attempts)},
            ":reserved": {"S": reserved},
            ":by": {"S": by},
        },
    )


def _unchanged(record: TaskRecord) -> tuple[str, Mapping[str, Any]]:
    conditions, values = [f"#state IN (:starting, :started) AND {DESCRIPTION} = :here"], {}
    if record.job_id is None:
        conditions.append("attribute_not_exists(job_id)")
    else:
        conditions.append("job_id = :job")
        values[":job"] = {"S": record.job_id}
    if record.claimed_by is None:
        is_free, held = unclaimed(record.attempt)
        conditions.append(is_free)
        values |= held
    else:
        conditions.append("claimed_by = :claimant")
        values[":claimant"] = {"S": record.claimed_by}
    return " AND ".join(conditions), values


def begin_attempt(update: Update, record: TaskRecord, *, now: str, by: str) -> bool:
    """Take the start of the attempt that `move_on` recorded; return False if another process has it."""
    link = link_of(record.description, record.attempt)
    return link is not None and update(
        record.task_id,
        "SET begun_by = :by, starting_at = :now",
        f"#state = :starting AND {DESCRIPTION} = :link"
        " AND (attribute_not_exists(begun_by) OR begun_by = :by)",
        {**_STARTING, ":link": {"S": link}, ":by": {"S": by}, ":now": {"N": now}},
    )


def unclaimed(attempt: int) -> tuple[str, dict[str, Any]]:
    """Return the condition that the worker of this attempt may claim the task, and its values."""
    reserved = reserved_for(attempt)
    if reserved is None:
        return "attribute_not_exists(claimed_by)", {}
    return "claimed_by = :held", {":held": {"S": reserved}}
