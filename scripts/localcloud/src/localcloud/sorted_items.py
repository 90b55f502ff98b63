"""Sort a DynamoDB table's items by plain values."""

from collections.abc import Callable
from typing import Any

from moto.dynamodb.models.table import Table

from localcloud.wrapping import wrap


def install() -> None:
    """Replace the sort of each query and scan: it compares wrapped values, in Python."""

    @wrap(Table, "all_items")
    def all_items(_original: Callable[..., Any], table: Any) -> list[Any]:
        found = table.items.values()
        items = (
            [item for rows in found for item in rows.values()] if table.range_key_attr else found
        )
        return sorted(items, key=_key)


def _key(item: Any) -> Any:
    first = item.hash_key.cast_value
    return (first, item.range_key.cast_value) if item.range_key else first
