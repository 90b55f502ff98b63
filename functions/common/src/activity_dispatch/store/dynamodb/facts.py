"""What a task's envelope says, as attributes of its item."""

from collections.abc import Mapping
from typing import Any

from activity_dispatch.domain.envelope import origin_from_json, origin_to_json
from activity_dispatch.domain.tasks import BARE, Task


def facts_of(task: Task) -> dict[str, Any]:
    """Return the attributes; none of a task whose activity has no envelopes."""
    item: dict[str, Any] = {}
    if task.execution_arn or task.is_bare:
        item["execution_arn"] = {"S": task.execution_arn or BARE}
    if task.origin is not None:
        item["origin"] = {"S": origin_to_json(task.origin)}
    return item


def facts_in(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a record. Raises ValueError and TypeError."""
    execution, origin = plain.get("execution_arn"), plain.get("origin")
    return {
        "execution_arn": None if execution == BARE else execution,
        "origin": None if origin is None else origin_from_json(origin),
    }
