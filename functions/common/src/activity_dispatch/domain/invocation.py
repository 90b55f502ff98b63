"""What the lambda backend hands over to a processing function: the payload of an invocation."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from activity_dispatch.domain.tasks import SlotRelease, Task


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_text_or_none(value: object) -> bool:
    return value is None or _is_text(value)


def _is_seconds(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


_FIELDS: Mapping[str, Callable[[object], bool]] = {
    "task_id": _is_text,
    "task_token": _is_text,
    "heartbeat_seconds": _is_seconds,
    "activity_arn": _is_text_or_none,
    "slot": _is_text_or_none,
}


class InvalidEvent(Exception):
    """The function was not invoked by the dispatcher; the message names the field."""


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """A task as its function gets it; `input` is parsed, `release` is due when the function has ended."""

    task_id: str
    token: str = field(repr=False)
    heartbeat_seconds: int
    input: Any = field(repr=False)
    release: SlotRelease

    @classmethod
    def from_event(cls, event: object) -> "Invocation":
        """Read the payload that `payload_of` wrote. Raises InvalidEvent."""
        if not isinstance(event, Mapping):
            raise InvalidEvent(f"event: {type(event).__name__}; it must be an object")
        for key, is_valid in _FIELDS.items():
            # The value is not shown: it may be a token in the wrong place.
            if not is_valid(event.get(key)):
                problem = "invalid" if key in event else "missing"
                raise InvalidEvent(f"{key}: {problem}; only the dispatcher may invoke this function")
        return cls(
            task_id=event["task_id"],
            token=event["task_token"],
            heartbeat_seconds=event["heartbeat_seconds"],
            input=event.get("input"),
            release=SlotRelease(activity_arn=str(event.get("activity_arn")), slot=event.get("slot")),
        )


def payload_of(task: Task) -> bytes:
    """Return the payload of a task's invocation."""
    # The input is JSON already: embed it unchanged instead of parsing and escaping up to 1 MiB.
    head = {
        "task_id": task.task_id,
        "task_token": task.token,
        "activity_arn": task.activity_arn,
        "heartbeat_seconds": task.heartbeat_seconds,
        "slot": task.slot_release.slot,
    }
    return f'{json.dumps(head)[:-1]}, "input": {task.input}}}'.encode()
