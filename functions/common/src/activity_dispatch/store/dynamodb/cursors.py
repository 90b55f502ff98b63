"""The reconciler's cursors in DynamoDB."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from activity_dispatch.store.cursors import Cursor, Mark
from activity_dispatch.store.dynamodb.calls import update_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LOG = logging.getLogger(__name__)

# No task's id and no job's key: those have no '#'.
KEY = "reconciler#cursors"
# An item may have 400 KB, and a mark takes less than 60 bytes.
MAX_MARKS = 4_000


@dataclass(frozen=True, kw_only=True)
class DynamoCursors:
    """Implements `Cursors` in the task table, with one item for the stack."""

    client: "DynamoDBClient"
    table: str

    def read(self) -> Mapping[str, Cursor]:
        """Return the cursors by activity, none if they can't be understood."""
        item = self.client.get_item(TableName=self.table, Key={"task_id": {"S": KEY}}).get("Item", {})
        try:
            return _from_json(item["cursors"]["S"]) if "cursors" in item else {}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # The next pass begins with each activity's first task, and the next write replaces them.
            LOG.error("%s: invalid, ignored: %s", KEY, error)
            return {}

    def write(self, cursors: Mapping[str, Cursor]) -> None:
        """Replace all cursors."""
        update_item(self.client, self.table, KEY, "SET cursors = :all", {":all": {"S": _to_json(cursors)}})


def _to_json(cursors: Mapping[str, Cursor]) -> str:
    room = MAX_MARKS
    kept: dict[str, list[tuple[str, int]]] = {}
    for arn, marks in cursors.items():
        kept[arn] = [(mark.task_id, int(mark.checked_at)) for mark in islice(marks, room)]
        # An ARN takes about as much as two marks.
        room -= len(marks) + 2
        if room <= 0:
            break
    return json.dumps(kept, separators=(",", ":"))


def _from_json(text: str) -> Mapping[str, Cursor]:
    document: Mapping[str, Any] = json.loads(text)
    return {
        arn: tuple(Mark(str(task_id), float(checked_at)) for task_id, checked_at in marks)
        for arn, marks in document.items()
    }
