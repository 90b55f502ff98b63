"""Slots in DynamoDB."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from activity_dispatch.store.dynamodb.calls import update_item, update_item_if
from activity_dispatch.store.dynamodb.items import SLOTS, SLOTS_KEY_PREFIX, slots_of
from activity_dispatch.store.task_table import SlotsRecord

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, kw_only=True)
class DynamoSlots:
    """Implements `SlotStore` in the task table, with one item per activity.

    DynamoDB charges each write for the whole item: with 1,000 holders, a write costs as much as 17 small
    ones.
    """

    client: "DynamoDBClient"
    table: str

    def take(self, activity_arn: str, holder: str, limit: int) -> bool:
        """Add a holder; return False if there are already `limit` holders."""
        return self._update_if(
            activity_arn,
            "ADD holders :holder SET poll_id = :slots",
            "attribute_not_exists(holders) OR size(holders) < :limit",
            {":holder": {"SS": [holder]}, ":slots": {"S": SLOTS}, ":limit": {"N": str(limit)}},
        )

    def give_back(self, activity_arn: str, holders: frozenset[str]) -> SlotsRecord:
        """Remove these holders, ignoring unknown ones; return the resulting record."""
        return self._update(activity_arn, "DELETE holders :holders", {":holders": {"SS": sorted(holders)}})

    def begin_missed_task_poll(self, activity_arn: str, now: float, seconds: int) -> bool:
        """Record a poll for missed tasks at `now`; return False if one began within the last `seconds`."""
        return self._update_if(
            activity_arn,
            "SET looked_at = :now",
            "attribute_not_exists(looked_at) OR looked_at <= :before",
            {":now": {"N": f"{now:.3f}"}, ":before": {"N": f"{now - seconds:.3f}"}},
        )

    def add_waiting(self, activity_arn: str) -> SlotsRecord:
        """Count one more waiting request; return the resulting record."""
        return self._update(
            activity_arn,
            "ADD waiting :one SET poll_id = :slots",
            {":one": {"N": "1"}, ":slots": {"S": SLOTS}},
        )

    def remove_waiting(self, activity_arn: str, count: int) -> bool:
        """Subtract `count` waiting requests; return False if there are fewer."""
        return self._update_if(
            activity_arn,
            "ADD waiting :change",
            "waiting >= :count",
            {":change": {"N": str(-count)}, ":count": {"N": str(count)}},
        )

    def _update_if(self, activity_arn: str, update: str, condition: str, values: Mapping[str, Any]) -> bool:
        key = SLOTS_KEY_PREFIX + activity_arn
        return update_item_if(self.client, self.table, key, update, values, condition) is not None

    def _update(self, activity_arn: str, update: str, values: Mapping[str, Any]) -> SlotsRecord:
        key = SLOTS_KEY_PREFIX + activity_arn
        return slots_of(update_item(self.client, self.table, key, update, values, returns="ALL_NEW"))
