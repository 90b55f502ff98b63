"""Rings in DynamoDB: whose turn it is."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from activity_dispatch.store.dynamodb.calls import update_item, update_item_if
from activity_dispatch.store.turns import Ring

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TURNS_KEY_PREFIX = "turn#"
# An attribute for each bucket, before its name: a map would have to be made first.
_BUCKET = "b_"
# A target that is removed leaves its ring, which DynamoDB then deletes. A ring that is in use expires later.
KEPT_SECONDS = 7 * 86_400


@dataclass(frozen=True, kw_only=True)
class DynamoTurns:
    """Implements `TurnStore` in the task table, with one item per callback target.

    The item is in no index. With all 1,024 buckets it has about 20 KB, and a write costs 20 units; with a
    dozen, one.
    """

    client: "DynamoDBClient"
    table: str
    clock: Callable[[], float] = time.time  # seconds since 1970

    def join(self, activity_arn: str, bucket: str) -> None:
        """Note that a task of the bucket waits, or is about to."""
        now = self.clock()
        values = {":now": {"N": str(int(now * 1000))}, ":expiry": {"N": str(int(now) + KEPT_SECONDS)}}
        update = f"SET {_BUCKET}{bucket} = :now, expires_at = :expiry"
        update_item(self.client, self.table, TURNS_KEY_PREFIX + activity_arn, update, values)

    def ring(self, activity_arn: str) -> Ring:
        """Return the ring as it is now."""
        key = {"task_id": {"S": TURNS_KEY_PREFIX + activity_arn}}
        item = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item", {})
        joined = {
            name.removeprefix(_BUCKET): int(value["N"])
            for name, value in item.items()
            if name.startswith(_BUCKET)
        }
        return Ring(joined=joined, last=item.get("had_turn", {}).get("S"))

    def take_turn(self, activity_arn: str, bucket: str, last: str | None) -> bool:
        """Note that the bucket has the turn after `last`; return False if another one had it meanwhile."""
        values, condition = {":bucket": {"S": bucket}}, "attribute_not_exists(had_turn)"
        if last is not None:
            values, condition = {**values, ":last": {"S": last}}, "had_turn = :last"
        return self._update_if(activity_arn, "SET had_turn = :bucket", condition, values)

    def leave(self, activity_arn: str, bucket: str, joined: int) -> None:
        """Remove a bucket, unless it joined again since `joined`."""
        name = f"{_BUCKET}{bucket}"
        values = {":joined": {"N": str(joined)}}
        self._update_if(activity_arn, f"REMOVE {name}", f"{name} = :joined", values)

    def _update_if(self, activity_arn: str, update: str, condition: str, values: Mapping[str, Any]) -> bool:
        key = TURNS_KEY_PREFIX + activity_arn
        return update_item_if(self.client, self.table, key, update, values, condition) is not None
