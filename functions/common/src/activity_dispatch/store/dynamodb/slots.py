"""Slots in DynamoDB."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from activity_dispatch.store.dynamodb.attributes import SLOTS, SLOTS_KEY_PREFIX
from activity_dispatch.store.dynamodb.calls import update_item, update_item_if
from activity_dispatch.store.dynamodb.items import slots_of
from activity_dispatch.store.slots import new_change
from activity_dispatch.store.task_table import SlotsRecord

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_IS_NEW = "(attribute_not_exists(changed_by) OR changed_by <> :change)"


@dataclass(frozen=True, kw_only=True)
class DynamoSlots:
    """Implements `SlotStore` in the task table, with one item per activity.

    A repeated change of the counter is recognised unless another one came in between: then it counts twice,
    and a request is woken for nothing, or a task waits until its activity is polled for missed ones.
    DynamoDB charges each write for the whole item: with 1,000 holders, a write costs as much as 17 small
    ones.
    """

    client: "DynamoDBClient"
    table: str

    def take(self, activity_arn: str, holder: str, limit: int) -> bool:
        """Add a holder; return False if there are already `limit` others."""
        return self._update_if(
            activity_arn,
            "ADD holders :holders SET poll_id = :slots",
            "attribute_not_exists(holders) OR size(holders) < :limit OR contains(holders, :holder)",
            {
                ":holder": {"S": holder},
                ":holders": {"SS": [holder]},
                ":slots": {"S": SLOTS},
                ":limit": {"N": str(limit)},
            },
        )

    def give_back(self, activity_arn: str, holders: frozenset[str]) -> SlotsRecord:
        """Remove these holders, ignoring unknown ones; return the resulting record."""
        return self._update(activity_arn, "DELETE holders :holders", {":holders": {"SS": sorted(holders)}})

    def begin_missed_task_poll(
        self, activity_arn: str, now: float, seconds: int, change: str | None = None
    ) -> bool:
        """Record a poll for missed tasks at `now`; return False if one began within the last `seconds`."""
        return self._update_if(
            activity_arn,
            "SET looked_at = :now, looked_by = :change",
            "attribute_not_exists(looked_at) OR looked_at <= :before OR looked_by = :change",
            {
                ":now": {"N": f"{now:.3f}"},
                ":before": {"N": f"{now - seconds:.3f}"},
                ":change": {"S": change or new_change()},
            },
        )

    def add_waiting(self, activity_arn: str, change: str | None = None) -> SlotsRecord:
        """Count one more waiting request; return the resulting record."""
        change = change or new_change()
        counted = update_item_if(
            self.client,
            self.table,
            SLOTS_KEY_PREFIX + activity_arn,
            "ADD waiting :one SET poll_id = :slots, changed_by = :change",
            {":one": {"N": "1"}, ":slots": {"S": SLOTS}, ":change": {"S": change}},
            _IS_NEW,
            returns="ALL_NEW",
        )
        return slots_of(self._item(activity_arn) if counted is None else counted)

    def remove_waiting(self, activity_arn: str, count: int, change: str | None = None) -> bool:
        """Subtract `count` waiting requests; return False if there are fewer."""
        change = change or new_change()
        removed = self._update_if(
            activity_arn,
            "ADD waiting :less SET changed_by = :change",
            f"waiting >= :count AND {_IS_NEW}",
            {":less": {"N": str(-count)}, ":count": {"N": str(count)}, ":change": {"S": change}},
        )
        return removed or self._item(activity_arn).get("changed_by", {}).get("S") == change

    def _item(self, activity_arn: str) -> Mapping[str, Any]:
        key = {"task_id": {"S": SLOTS_KEY_PREFIX + activity_arn}}
        return self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item", {})

    def _update_if(self, activity_arn: str, update: str, condition: str, values: Mapping[str, Any]) -> bool:
        key = SLOTS_KEY_PREFIX + activity_arn
        return update_item_if(self.client, self.table, key, update, values, condition) is not None

    def _update(self, activity_arn: str, update: str, values: Mapping[str, Any]) -> SlotsRecord:
        key = SLOTS_KEY_PREFIX + activity_arn
        return slots_of(update_item(self.client, self.table, key, update, values, returns="ALL_NEW"))
