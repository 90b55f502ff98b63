"""Slots in DynamoDB."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from activity_dispatch.store.dynamodb.calls import updated, written
from activity_dispatch.store.dynamodb.items import SLOTS, SLOTS_KEY_PREFIX, slots_of
from activity_dispatch.store.task_table import SlotsRecord

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, kw_only=True)
class DynamoSlots:
    """The slots in the task table, an item for each activity.

    DynamoDB counts an item's whole size for each write: with 1,000 holders a write costs as much as
    17 small ones.
    """

    client: "DynamoDBClient"
    table: str

    def take(self, activity_arn: str, holder: str, limit: int) -> bool:
        """Add a holder; False if there are as many as `limit` already."""
        return self._update_if(
            activity_arn,
            "ADD holders :holder SET poll_id = :slots",
            "attribute_not_exists(holders) OR size(holders) < :limit",
            {":holder": {"SS": [holder]}, ":slots": {"S": SLOTS}, ":limit": {"N": str(limit)}},
        )

    def give_back(self, activity_arn: str, holders: frozenset[str]) -> SlotsRecord:
        """Remove these holders, those that are there; return what is left."""
        return self._update(activity_arn, "DELETE holders :holders", {":holders": {"SS": sorted(holders)}})

    def begin_missed_task_poll(self, activity_arn: str, now: float, seconds: int) -> bool:
        """Note that missed tasks are polled for now; False if that was done within the last `seconds`."""
        return self._update_if(
            activity_arn,
            "SET looked_at = :now",
            "attribute_not_exists(looked_at) OR looked_at <= :before",
            {":now": {"N": f"{now:.3f}"}, ":before": {"N": f"{now - seconds:.3f}"}},
        )

    def add_waiting(self, activity_arn: str) -> SlotsRecord:
        """Count one more waiting request; return what there is now."""
        return self._update(
            activity_arn,
            "ADD waiting :one SET poll_id = :slots",
            {":one": {"N": "1"}, ":slots": {"S": SLOTS}},
        )

    def remove_waiting(self, activity_arn: str, count: int) -> bool:
        """Count so many waiting requests less; False if there are fewer."""
        return self._update_if(
            activity_arn,
            "ADD waiting :less",
            "waiting >= :count",
            {":less": {"N": str(-count)}, ":count": {"N": str(count)}},
        )

    def _update_if(self, activity_arn: str, update: str, condition: str, values: Mapping[str, Any]) -> bool:
        key = SLOTS_KEY_PREFIX + activity_arn
        return updated(self.client, self.table, key, update, values, condition) is not None

    def _update(self, activity_arn: str, update: str, values: Mapping[str, Any]) -> SlotsRecord:
        key = SLOTS_KEY_PREFIX + activity_arn
        return slots_of(written(self.client, self.table, key, update, values, returns="ALL_NEW"))
