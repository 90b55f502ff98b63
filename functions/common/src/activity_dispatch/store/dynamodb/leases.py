"""Leases in DynamoDB, as items of the task table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from activity_dispatch.store.dynamodb.calls import update_item_if
from activity_dispatch.store.leases import LeaseRecord

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY_PREFIX = "lease#"


@dataclass(frozen=True, kw_only=True)
class DynamoLeases:
    """Implements `LeaseStore`, with one item per lease."""

    client: "DynamoDBClient"
    table: str

    def take(self, name: str, record: LeaseRecord, now: float) -> bool:
        """Write the record; return False if another holder's lease has not expired at `now`."""
        return self._update(
            name,
            "attribute_not_exists(task_id) OR holder = :holder OR held_until <= :now",
            {":holder": {"S": record.holder}, ":until": _number(record.held_until), ":now": _number(now)},
        )

    def give_back(self, name: str, holder: str) -> bool:
        """End the holder's lease; return False if it does not hold it."""
        return self._update(name, "holder = :holder", {":holder": {"S": holder}, ":until": _number(0.0)})

    def read(self, name: str) -> LeaseRecord | None:
        """Return the record last written, None if there is none."""
        key = {"task_id": {"S": KEY_PREFIX + name}}
        item = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        if item is None:
            return None
        return LeaseRecord(holder=item["holder"]["S"], held_until=float(item["held_until"]["N"]))

    def _update(self, name: str, condition: str, values: Mapping[str, Any]) -> bool:
        update = "SET holder = :holder, held_until = :until"
        return (
            update_item_if(self.client, self.table, KEY_PREFIX + name, update, values, condition) is not None
        )


def _number(seconds: float) -> dict[str, str]:
    return {"N": f"{seconds:.3f}"}
