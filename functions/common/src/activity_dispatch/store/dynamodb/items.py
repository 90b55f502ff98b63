"""Tasks, slots and activities as items of the task table in DynamoDB.

The sparse index `open` holds open tasks by `poll_id`, which closing removes, and all slots and
activities, whose `poll_id` is a constant.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

from activity_dispatch.domain.activities import Activity, InvalidActivity
from activity_dispatch.domain.attempts import attempt_of, from_json
from activity_dispatch.domain.claims import claimant_in
from activity_dispatch.domain.naming import Stack, check_names
from activity_dispatch.domain.polls import parked
from activity_dispatch.domain.pool_texts import pool_of
from activity_dispatch.domain.tasks import OutcomeName, Task, TaskRecord, TaskState, is_task_id
from activity_dispatch.store.dynamodb.attributes import (
    ACTIVITY,
    ACTIVITY_KEY_PREFIX,
    DESCRIPTION,
    POOL,
    POOL_KEY_PREFIX,
    SLOTS,
    SLOTS_KEY_PREFIX,
    Item,
)
from activity_dispatch.store.dynamodb.facts import facts_in, facts_of
from activity_dispatch.store.dynamodb.times import seconds_in, time_of
from activity_dispatch.store.pools import PoolRecord
from activity_dispatch.store.task_table import InvalidItem, Overview, SlotsRecord

LOG = logging.getLogger(__name__)

# How many invalid items one read names in the log.
MAX_NAMED = 10
# What DynamoDB's types are in a record. All attributes but these are strings.
_FLAGS = ("holds_slot",)
_NAMES = (*(field.name for field in fields(TaskRecord)), DESCRIPTION, POOL, "begun_by")


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
        item["poll_id"] = {"S": parked(task.activity_arn, task.bucket)}
    item |= facts_of(task)
    if task.holds_slot:
        item["holds_slot"] = {"BOOL": True}
    if task.description:
        item[DESCRIPTION] = {"S": task.description}
    if task.pool:
        item[POOL] = {"S": task.pool}
    return item


def record_of(item: Item) -> TaskRecord:
    """Return the task in an item, without its input if that is in S3. Raises InvalidItem."""
    return _checked(item, _record)


def slots_of(item: Item) -> SlotsRecord:
    """Return the slots in an item. Raises InvalidItem."""
    return _checked(item, _slots)


def pool_record_of(item: Item) -> PoolRecord:
    """Return the pool in an item. Raises InvalidItem."""
    return _checked(item, _pool)


def pool_size_of(item: Item) -> int:
    """Return the size in an item that Terraform wrote. Raises InvalidItem."""
    return _checked(item, lambda item: int(item["size"]["N"]))


def activity_of(item: Item, stack: Stack | None = None) -> Activity:
    """Return the activity in an item; with its stack, only if it may name what it names.

    Raises InvalidActivity.
    """
    try:
        key, text = item["task_id"]["S"], item["activity"]["S"]
    except (LookupError, TypeError) as error:
        raise InvalidActivity(f"activity: missing, or not a string in DynamoDB: {error}") from error
    activity = Activity.from_json(text)
    if ACTIVITY_KEY_PREFIX + activity.arn != key:
        raise InvalidActivity(f"arn: {activity.arn}; its item's key is {key}")
    if stack is not None:
        check_names(activity, stack)
    return activity


def overview_of(items: Iterable[Item], stack: Stack | None = None) -> Overview:
    """Return the contents of the index's items; invalid ones are logged, counted and left out."""
    invalid = _Invalid()
    known = list(_valid(items, partial(_part_of, stack=stack), invalid))
    return Overview(
        tasks=tuple(each for each in known if isinstance(each, TaskRecord)),
        slots=tuple(each for each in known if isinstance(each, SlotsRecord)),
        activities=tuple(each for each in known if isinstance(each, Activity)),
        pools=tuple(each for each in known if isinstance(each, PoolRecord)),
        invalid_items=invalid.count,
    )


def records_of(items: Iterable[Item]) -> Iterator[TaskRecord]:
    """Yield the tasks in items; invalid ones are logged and left out."""
    return _valid(items, record_of, _Invalid())


@dataclass(kw_only=True)
class _Invalid:
    """The invalid items of one read."""

    count: int = 0

    def note(self, item: Item, error: Exception) -> None:
        self.count += 1
        if self.count <= MAX_NAMED:
            # By its key: the item may hold a token.
            LOG.error("item %.160r is invalid and left out: %.300s", _key(item), error)
        elif self.count == MAX_NAMED + 1:
            LOG.error("further items are invalid and left out")


def _valid[T](items: Iterable[Item], parse: Callable[[Item], T], invalid: _Invalid) -> Iterator[T]:
    for item in items:
        try:
            parsed = parse(item)
        except (InvalidItem, InvalidActivity) as error:
            invalid.note(item, error)
        else:
            yield parsed


def _part_of(item: Item, stack: Stack | None) -> TaskRecord | SlotsRecord | PoolRecord | Activity:
    key = _key(item)
    if key.startswith(POOL_KEY_PREFIX):
        return pool_record_of(item)
    if key.startswith(SLOTS_KEY_PREFIX):
        return slots_of(item)
    return activity_of(item, stack) if key.startswith(ACTIVITY_KEY_PREFIX) else record_of(item)


def _checked[T](item: Item, parse: Callable[[Item], T]) -> T:
    try:
        return parse(item)
    except KeyError as error:
        raise InvalidItem(f"{error.args[0]}: missing") from error
    except (AttributeError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise InvalidItem(f"{error}") from error


def _key(item: Item) -> str:
    key = item.get("task_id", {}).get("S", "")
    return str(key)


def _record(item: Item) -> TaskRecord:
    plain = {name: _plain(name, item[name]) for name in _NAMES if name in item}
    if not is_task_id(plain["task_id"]):
        raise ValueError("task_id: not a task's id")
    record = TaskRecord(
        task_id=plain["task_id"],
        activity_arn=plain["activity_arn"],
        backend=plain["backend"],
        state=TaskState(plain["state"]),
        heartbeat_seconds=int(plain["heartbeat_seconds"]),
        starting_at=time_of("starting_at", plain["starting_at"]),
        restarts=int(plain.get("restarts", "0")),
        poll_id=plain.get("poll_id"),
        holds_slot=plain.get("holds_slot", False),
        pool=plain.get(POOL),
        token=plain.get("token"),
        input=plain.get("input"),
        **facts_in(plain),
        job_id=plain.get("job_id"),
        started_at=seconds_in(plain, "started_at"),
        claimed_by=claimant_in(plain.get("claimed_by")),
        claimed_at=seconds_in(plain, "claimed_at"),
        claimed_until=seconds_in(plain, "claimed_until"),
        progress=plain.get("progress"),
        outcome=OutcomeName(outcome) if (outcome := plain.get("outcome")) else None,
        error=plain.get("error"),
        settled_at=seconds_in(plain, "settled_at"),
    )
    _check_poll(record)
    return _with_job(record, plain)


def _with_job(record: TaskRecord, plain: Mapping[str, Any]) -> TaskRecord:
    description, attempt = attempt_of(plain.get(DESCRIPTION)) or (plain.get(DESCRIPTION), 1)
    return replace(
        record,
        description=description,
        attempt=attempt,
        attempts=from_json(plain.get("attempts", "[]")),
        is_begun="begun_by" in plain,
        job_of=plain.get("job_of"),
        runs=plain.get("runs"),
    )


def _check_poll(record: TaskRecord) -> None:
    poll = record.poll_id or ""
    # A job that gives its task such a poll must not pass for something else, or for another activity's task.
    is_parked_elsewhere = poll.startswith(parked("")) and not record.is_parked
    if poll in (SLOTS, ACTIVITY) or is_parked_elsewhere:
        raise ValueError("poll_id: not a poll of this task's activity")


def _slots(item: Item) -> SlotsRecord:
    holders, waiting = item.get("holders", {"SS": ()}), item.get("waiting", {"N": "0"})
    return SlotsRecord(
        activity_arn=item["task_id"]["S"].removeprefix(SLOTS_KEY_PREFIX),
        holders=frozenset(holders["SS"]),
        waiting=int(waiting["N"]),
    )


def _pool(item: Item) -> PoolRecord:
    return PoolRecord(name=_key(item).removeprefix(POOL_KEY_PREFIX), pool=pool_of(item["holders"]["S"]))


def _plain(name: str, value: Mapping[str, Any]) -> Any:
    ((kind, content),) = value.items()
    if kind not in (("BOOL",) if name in _FLAGS else ("S", "N")):
        raise ValueError(f"{name}: DynamoDB's type {kind}")
    return content
