"""Rates in DynamoDB."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from activity_dispatch.store.dynamodb.calls import update_item_if
from activity_dispatch.store.rates import Mark

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_IS_NEW = "changed_by <> :change"


@dataclass(frozen=True, kw_only=True)
class DynamoRates:
    """Implements `RateStore` in the task table, with two small items per activity, not in its index.

    A repeated change is recognised unless another one came in between: then a start is lost.
    """

    client: "DynamoDBClient"
    table: str

    def advance(
        self, activity_arn: str, mark: Mark, *, base: float, latest: float, step: float, change: str
    ) -> float | None:
        """Move a mark on by `step` seconds; return where it was, None if it is later than `latest`."""
        key = f"{mark}#{activity_arn}"
        while True:
            values = {":base": _number(base), ":step": _number(step), ":change": {"S": change}}
            condition = f"next_at > :base AND next_at <= :latest AND {_IS_NEW}"
            moved = self._update(
                key,
                "SET next_at = next_at + :step, changed_by = :change",
                {**values, ":latest": _number(latest)},
                condition,
            )
            moved = self._item(key) if moved is None else moved
            at = float(moved.get("next_at", {}).get("N", "0"))
            if moved.get("changed_by", {}).get("S") == change:
                return at - step
            if at > latest:
                return None
            moved = self._update(
                key,
                "SET next_at = :next, changed_by = :change",
                {":next": _number(base + step), ":base": values[":base"], ":change": values[":change"]},
                f"attribute_not_exists(next_at) OR (next_at <= :base AND {_IS_NEW})",
            )
            if moved is not None:
                return base

    def read(self, activity_arn: str, mark: Mark) -> float:
        """Return where a mark is, 0 if there is none."""
        return float(self._item(f"{mark}#{activity_arn}").get("next_at", {}).get("N", "0"))

    def _update(
        self, key: str, update: str, values: Mapping[str, Any], condition: str
    ) -> Mapping[str, Any] | None:
        return update_item_if(self.client, self.table, key, update, values, condition, returns="ALL_NEW")

    def _item(self, key: str) -> Mapping[str, Any]:
        wanted: Any = {"TableName": self.table, "Key": {"task_id": {"S": key}}, "ConsistentRead": True}
        return self.client.get_item(**wanted).get("Item", {})


def _number(value: float) -> dict[str, str]:
    return {"N": f"{value:.6f}"}
