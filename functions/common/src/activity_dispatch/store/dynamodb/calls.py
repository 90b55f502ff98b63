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
    task_id: str,
    update: str,
    condition: str,
    values: Mapping[str, Any],
    returns: Literal["NONE", "ALL_NEW"],
) -> Mapping[str, Any] | None:
    """Update an item of the task table; return what DynamoDB `returns`, None if the condition is not met."""
    # Reserved words of DynamoDB; only those that the expressions use may be passed.
    names = {f"#{word}": word for word in ("state", "error", "token", "input")}
    response = unless_refused(
        lambda: client.update_item(
            TableName=table,
            Key={"task_id": {"S": task_id}},
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeNames={key: word for key, word in names.items() if key in update + condition},
            ExpressionAttributeValues=values,
            ReturnValues=returns,
        )
    )
    return None if response is None else response.get("Attributes", {})
