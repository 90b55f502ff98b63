"""Tasks, slots and activities as items of the task table in DynamoDB.

The sparse index `open` holds open tasks by `poll_id`, which closing removes, and all slots and
activities, whose `poll_id` is a constant.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from activity_dispatch.domain.activities import Activity, InvalidActivity
from activity_dispatch.domain.polls import parked
from activity_dispatch.domain.tasks import OutcomeName, Task, TaskRecord, TaskState
from activity_dispatch.store.task_table import Overview, SlotsRecord

LOG = logging.getLogger(__name__)

INDEX = "open"
# Callback tasks by execution: the history names no poll that would lead to them.
EXECUTIONS_INDEX = "executions"
ACTIVITY_KEY_PREFIX = "activity#"
SLOTS_KEY_PREFIX = "slots#"
# The `poll_id` of slots and activities.
SLOTS = "slots"
ACTIVITY = "activity"

type Item = Mapping[str, Any]


def new_item(task: Task, backend: str, now: str, state: TaskState = TaskState.STARTING) -> dict[str, Any]:
    """Return a new task's item, without its input."""
    item: dict[str, Any] = {
        "task_id": {"S": task.task_id},
        "state": {"S": state},
        "activity_arn": {"S": task.activity_arn},
        "backend": {"S": backend},
        "token": {"S": task.token},
        "heartbeat_seconds": {"N": str(task.heartbeat_seconds)},
        "starting_at": {"N": now},
    }
    if task.poll_id:
        item["poll_id"] = {"S": task.poll_id}
    elif state is TaskState.WAITING:
        item["poll_id"] = {"S": parked(task.activity_arn)}
    if task.execution_arn:
        item["execution_arn"] = {"S": task.execution_arn}
    if task.holds_slot:
        item["holds_slot"] = {"BOOL": True}
    return item


def record_of(item: Item) -> TaskRecord:
    """Return the task in an item, without its input if that is in S3."""
    plain = {key: next(iter(value.values())) for key, value in item.items()}
    outcome = plain.get("outcome")
    return TaskRecord(
        task_id=plain["task_id"],
        activity_arn=plain["activity_arn"],
        backend=plain["backend"],
        state=TaskState(plain["state"]),
        heartbeat_seconds=int(plain["heartbeat_seconds"]),
        starting_at=float(plain["starting_at"]),
        restarts=int(plain.get("restarts", "0")),
        poll_id=plain.get("poll_id"),
        holds_slot=plain.get("holds_slot", False),
        token=plain.get("token"),
        input=plain.get("input"),
        job_id=plain.get("job_id"),
        started_at=_seconds(plain, "started_at"),
        claimed_by=plain.get("claimed_by"),
        claimed_at=_seconds(plain, "claimed_at"),
        claimed_until=_seconds(plain, "claimed_until"),
        progress=plain.get("progress"),
        outcome=OutcomeName(outcome) if outcome else None,
        error=plain.get("error"),
        settled_at=_seconds(plain, "settled_at"),
    )


def slots_of(item: Item) -> SlotsRecord:
    """Return the slots in an item."""
    return SlotsRecord(
        activity_arn=item["task_id"]["S"].removeprefix(SLOTS_KEY_PREFIX),
        holders=frozenset(item.get("holders", {}).get("SS", ())),
        waiting=int(item.get("waiting", {}).get("N", "0")),
    )


def overview_of(items: Iterable[Item]) -> Overview:
    """Return the contents of the index's items; log and leave out invalid activities."""
    tasks, slots, activities = [], [], []
    for item in items:
        kind = item["poll_id"]["S"]
        if kind == SLOTS:
            slots.append(slots_of(item))
        elif kind == ACTIVITY:
            try:
                activities.append(Activity.from_json(item["activity"]["S"]))
            except InvalidActivity as error:
                LOG.error("%s: %s", item["task_id"]["S"], error)
        else:
            tasks.append(record_of(item))
    return Overview(tasks=tuple(tasks), slots=tuple(slots), activities=tuple(activities))


def _seconds(plain: Mapping[str, str], key: str) -> float | None:
    return float(plain[key]) if key in plain else None
