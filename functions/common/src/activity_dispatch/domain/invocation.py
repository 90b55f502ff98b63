"""The payload with which the lambda backend invokes a processing function."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from activity_dispatch.domain.envelope import is_traceparent, traceparent_of
from activity_dispatch.domain.pools import PoolRoom
from activity_dispatch.domain.slot_release import SlotRelease
from activity_dispatch.domain.tasks import Task, task_id_of


def _is_string(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_optional_string(value: object) -> bool:
    return value is None or _is_string(value)


def _is_seconds(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


_FIELDS: Mapping[str, Callable[[object], bool]] = {
    "task_id": _is_string,
    "task_token": _is_string,
    "heartbeat_seconds": _is_seconds,
    "activity_arn": _is_optional_string,
    "slot": _is_optional_string,
    "traceparent": lambda value: value is None or is_traceparent(value),
    "pool": _is_optional_string,
    "pool_holder": _is_optional_string,
    "leaves_closing": lambda value: value is None or isinstance(value, bool),
}


class InvalidEvent(Exception):
    """The event is not one that the dispatcher sends; the message names the field."""


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """A task as its function receives it: `input` is parsed; the slot in `release` is freed at the end.

    `traceparent` is None if the task's execution is not known.
    """

    task_id: str
    token: str = field(repr=False)
    heartbeat_seconds: int
    input: Any = field(repr=False)
    release: SlotRelease
    traceparent: str | None = None

    @classmethod
    def from_event(cls, event: object) -> "Invocation":
        """Parse a payload that `payload_of` wrote. Raises InvalidEvent."""
        if not isinstance(event, Mapping):
            raise InvalidEvent(f"event: {type(event).__name__}; it must be an object")
        for key, is_valid in _FIELDS.items():
            # The message omits the value: it may be a misplaced token.
            if not is_valid(event.get(key)):
                problem = "invalid" if key in event else "missing"
                raise InvalidEvent(f"{key}: {problem}; only the dispatcher may invoke this function")
        if task_id_of(event["task_token"]) != event["task_id"]:
            # Another task's id would let its function claim, settle or stop that task.
            raise InvalidEvent("task_id: not the task_token's; only the dispatcher may invoke this function")
        return cls(
            task_id=event["task_id"],
            token=event["task_token"],
            heartbeat_seconds=event["heartbeat_seconds"],
            input=event.get("input"),
            release=SlotRelease(
                activity_arn=str(event.get("activity_arn")),
                slot=event.get("slot"),
                room=_room(event),
                leaves_closing=event.get("leaves_closing") is True,
            ),
            traceparent=event.get("traceparent"),
        )


def _room(event: Mapping[str, Any]) -> PoolRoom | None:
    pool, holder = event.get("pool"), event.get("pool_holder")
    return PoolRoom(pool=pool, holder=holder) if pool and holder else None


def payload_of(task: Task) -> bytes:
    """Return the payload of a task's invocation."""
    # The input is already JSON: embed it unchanged rather than parse and escape up to 1 MiB. It comes first:
    # of a key that occurs twice the last one counts, so whatever an input holds, it replaces no field.
    head: dict[str, Any] = {
        "task_id": task.task_id,
        "task_token": task.token,
        "activity_arn": task.activity_arn,
        "heartbeat_seconds": task.heartbeat_seconds,
        "slot": task.slot_release.slot,
    }
    if trace := traceparent_of(task):
        head["traceparent"] = trace
    if (room := task.slot_release.room) is not None:
        head |= {"pool": room.pool, "pool_holder": room.holder}
    if task.is_announced:
        # Of what a function closes by itself nobody else hears.
        head["leaves_closing"] = True
    return f'{{"input": {task.input}, {json.dumps(head)[1:]}'.encode()
