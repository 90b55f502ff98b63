"""Descriptions that tasks were started with, as items of the task table.

DynamoDB deletes them by their time to live, free of charge.
Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
"""

from typing import TYPE_CHECKING

from activity_dispatch.domain.activities import Activity, InvalidActivity, fingerprint_of
from activity_dispatch.store.dynamodb.attributes import DESCRIPTION_KEY_PREFIX

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# A process writes a description once a day; the other day is for passes that notice late.
SLACK_SECONDS = 2 * 86_400


def put_description(
    client: "DynamoDBClient", table: str, activity: Activity, now: float, retention_seconds: int
) -> None:
    """Write a description, or let it live longer."""
    expiry = int(now) + activity.timeout_seconds + retention_seconds + SLACK_SECONDS
    client.put_item(
        TableName=table,
        Item={
            "task_id": {"S": DESCRIPTION_KEY_PREFIX + activity.fingerprint},
            "activity": {"S": activity.to_json()},
            "expires_at": {"N": str(expiry)},
        },
    )


def get_description(client: "DynamoDBClient", table: str, fingerprint: str) -> Activity | None:
    """Return a kept description, None if there is none. Raises InvalidActivity."""
    key = DESCRIPTION_KEY_PREFIX + fingerprint
    item = client.get_item(TableName=table, Key={"task_id": {"S": key}}, ConsistentRead=True).get("Item")
    if item is None:
        return None
    text = item.get("activity", {}).get("S", "")
    if fingerprint_of(text) != fingerprint:
        raise InvalidActivity(f"{key}: its text has another fingerprint")
    return Activity.from_json(text)
