"""What the lambda backend hands over to a processing function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from activity_dispatch.domain.tasks import SlotRelease


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
class Job:
    """What the lambda backend hands over."""

    task_id: str
    token: str = field(repr=False)
    heartbeat_seconds: int
    input: Any
    end: SlotRelease

    @classmethod
    def from_event(cls, event: object) -> "Job":
        """Read the invocation's payload."""
        if not isinstance(event, Mapping):
            raise InvalidEvent(f"event: {type(event).__name__}; it must be an object")
        for key, is_valid in _FIELDS.items():
            # The value is not shown: it may be a token in the wrong place.
            if not is_valid(event.get(key)):
                problem = "not what it must be" if key in event else "missing"
                raise InvalidEvent(f"{key}: {problem}; the dispatcher invokes this function")
        return cls(
            task_id=event["task_id"],
            token=event["task_token"],
            heartbeat_seconds=event["heartbeat_seconds"],
            input=event.get("input"),
            end=SlotRelease(activity_arn=str(event.get("activity_arn")), slot=event.get("slot")),
        )
