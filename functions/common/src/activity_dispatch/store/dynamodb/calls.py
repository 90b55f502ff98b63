"""Reads and writes of DynamoDB, as every table of ours needs them."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from activity_dispatch.aws.errors import ErrorKind, classify

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def items_of(
    client: "DynamoDBClient", table: str, index: str, key: Mapping[str, str] | None = None
) -> Iterator[Mapping[str, Any]]:
    """Read an index page by page: what has this key, a name and its text, or all there is."""
    place: dict[str, Any] = {"TableName": table, "IndexName": index}
    if key is None:
        pages: Any = client.get_paginator("scan").paginate(**place)
    else:
        ((name, value),) = key.items()
        pages = client.get_paginator("query").paginate(
            **place,
            KeyConditionExpression=f"{name} = :value",
            ExpressionAttributeValues={":value": {"S": value}},
        )
    for page in pages:
        yield from page["Items"]


def unless_refused[T](write: Callable[[], T]) -> T | None:
    """Return what a conditional write gives, None if its condition is not met."""
    try:
        return write()
    except ClientError as error:
        if classify(error) is ErrorKind.CONDITION_FAILED:
            return None
        raise


def updated(
    client: "DynamoDBClient",
    table: str,
    key: str,
    update: str,
    values: Mapping[str, Any],
    condition: str,
    *,
    returns: Literal["NONE", "ALL_NEW"] = "NONE",
) -> Mapping[str, Any] | None:
    """Update an item if it meets the condition; return what DynamoDB `returns`, None if it does not."""
    return unless_refused(lambda: written(client, table, key, update, values, condition, returns=returns))


def written(
    client: "DynamoDBClient",
    table: str,
    key: str,
    update: str,
    values: Mapping[str, Any],
    condition: str | None = None,
    *,
    returns: Literal["NONE", "ALL_NEW"] = "NONE",
) -> Mapping[str, Any]:
    """Update an item; return what DynamoDB `returns` of it. Raises ClientError if it breaks the condition.

    Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
    """
    # Expressions may name an attribute of these only by #NAME: they are reserved words of DynamoDB.
    names = {f"#{word}": word for word in ("state", "error", "token", "input")}
    expressions = update if condition is None else f"{update} {condition}"
    # DynamoDB refuses a name that no expression uses, and an empty map of names.
    used = {name: word for name, word in names.items() if name in expressions}
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
