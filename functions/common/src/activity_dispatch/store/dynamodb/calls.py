"""Reads and writes of DynamoDB that all stores share. All raise ClientError and BotoCoreError."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from activity_dispatch.aws.errors import ErrorKind, classify

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def index_items(
    client: "DynamoDBClient", table: str, index: str, key: Mapping[str, str] | None = None
) -> Iterator[Mapping[str, Any]]:
    """Yield an index's items: those with this key, a name and its value, or all."""
    source: dict[str, Any] = {"TableName": table, "IndexName": index}
    if key is None:
        pages: Any = client.get_paginator("scan").paginate(**source)
    else:
        ((name, value),) = key.items()
        pages = client.get_paginator("query").paginate(
            **source,
            KeyConditionExpression=f"{name} = :value",
            ExpressionAttributeValues={":value": {"S": value}},
        )
    for page in pages:
        yield from page["Items"]


def unless_refused[T](write: Callable[[], T]) -> T | None:
    """Return a conditional write's result, None if its condition is not met."""
    try:
        return write()
    except ClientError as error:
        if classify(error) is ErrorKind.CONDITION_FAILED:
            return None
        raise


def update_item_if(
    client: "DynamoDBClient",
    table: str,
    key: str,
    update: str,
    values: Mapping[str, Any],
    condition: str,
    *,
    returns: Literal["NONE", "ALL_NEW"] = "NONE",
    names: Mapping[str, str] = MappingProxyType({}),
) -> Mapping[str, Any] | None:
    """Update an item if it meets the condition; return what `update_item` does, or None if it does not."""
    call = (client, table, key, update, values, condition)
    return unless_refused(lambda: update_item(*call, returns=returns, names=names))


def update_item(
    client: "DynamoDBClient",
    table: str,
    key: str,
    update: str,
    values: Mapping[str, Any],
    condition: str | None = None,
    *,
    returns: Literal["NONE", "ALL_NEW"] = "NONE",
    names: Mapping[str, str] = MappingProxyType({}),
) -> Mapping[str, Any]:
    """Update an item; return the attributes that `returns` selects.

    `names` are further names that the expressions use. An item that does not meet the condition raises
    ClientError.

    Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
    """
    # These attributes are reserved words in DynamoDB, so expressions refer to them as #NAME.
    known = {f"#{word}": word for word in ("state", "error", "token", "input")} | dict(names)
    expressions = update if condition is None else f"{update} {condition}"
    # DynamoDB refuses unused names and an empty map.
    used = {name: word for name, word in known.items() if name in expressions}
    options: dict[str, Any] = {"ExpressionAttributeNames": used} if used else {}
    if condition is not None:
        options["ConditionExpression"] = condition
    response = client.update_item(
        TableName=table,
        Key={"task_id": {"S": key}},
        UpdateExpression=update,
        ExpressionAttributeValues=values,
        ReturnValues=returns,
        **options,
    )
    return response.get("Attributes", {})
