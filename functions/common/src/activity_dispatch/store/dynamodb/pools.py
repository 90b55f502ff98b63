"""Pools in DynamoDB."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from activity_dispatch.domain.pool_texts import text_of
from activity_dispatch.domain.pools import Pool
from activity_dispatch.store.dynamodb.attributes import POOL_KEY_PREFIX, SLOTS
from activity_dispatch.store.dynamodb.calls import update_item_if
from activity_dispatch.store.dynamodb.items import pool_record_of, pool_size_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Terraform writes the sizes, in one place for all states whose activities share a pool. Like descriptions, no
# function of the stack may write them.
SIZE_KEY_PREFIX = "activity#pool:"


@dataclass(frozen=True, kw_only=True)
class DynamoPools:
    """Implements `PoolStore` in the task table, with one item per pool, whose text is its `holders`."""

    client: "DynamoDBClient"
    table: str

    def read_pool(self, name: str) -> Pool:
        """Return a pool, an empty one if it was never written. Raises InvalidItem."""
        item = self._item(POOL_KEY_PREFIX + name)
        return pool_record_of(item).pool if item else Pool()

    def write_pool(self, name: str, pool: Pool, *, seen: Pool) -> bool:
        """Replace the pool that was `seen`; return False if it has changed since."""
        values: dict[str, Any] = {
            ":text": {"S": text_of(pool)},
            ":slots": {"S": SLOTS},
            ":change": {"S": pool.changes[-1]},
        }
        condition = "attribute_not_exists(changed_by) OR changed_by = :change"
        if seen.changes:
            condition = "changed_by = :seen OR changed_by = :change"
            values[":seen"] = {"S": seen.changes[-1]}
        update = "SET holders = :text, poll_id = :slots, changed_by = :change"
        key = POOL_KEY_PREFIX + name
        return update_item_if(self.client, self.table, key, update, values, condition) is not None

    def pool_size(self, name: str) -> int | None:
        """Return how many slots the stack gives the pool, None if it has no such pool."""
        item = self._item(SIZE_KEY_PREFIX + name)
        return pool_size_of(item) if item else None

    def _item(self, key: str) -> Mapping[str, Any]:
        wanted: Any = {"TableName": self.table, "Key": {"task_id": {"S": key}}, "ConsistentRead": True}
        return self.client.get_item(**wanted).get("Item", {})
