"""An update names exactly the reserved words that its expressions use."""

import re
from dataclasses import dataclass, field
from typing import Any

from activity_dispatch.store.dynamodb.calls import update_item
from activity_dispatch.store.dynamodb.task_table import DynamoTaskTable
from activity_dispatch.testing.stepfunctions import client_error


@dataclass(kw_only=True)
class Client:
    """Records updates; the conditions of the first `unmet` ones are not met.

    It rejects names as DynamoDB does. moto accepts an empty map of them.
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ExpressionAttributeNames.html
    """

    unmet: int = 0
    updates: list[dict[str, Any]] = field(default_factory=list)

    def update_item(self, **parameters: Any) -> dict[str, Any]:
        self.updates.append(parameters)
        names = parameters.get("ExpressionAttributeNames")
        expressions = parameters["UpdateExpression"] + " " + parameters.get("ConditionExpression", "")
        if names == {} or set(names or ()) != set(re.findall(r"#\w+", expressions)):
            raise client_error("ValidationException", "UpdateItem")
        if len(self.updates) <= self.unmet:
            raise client_error("ConditionalCheckFailedException", "UpdateItem")
        return {}


def table(client: Any) -> DynamoTaskTable:
    payloads: Any = None
    return DynamoTaskTable(client=client, name="tasks", payloads=payloads)


def test_an_update_names_the_reserved_words_that_it_uses() -> None:
    client = Client()
    assert table(client).record_started("task", "job-1")
    (update,) = client.updates
    assert update["ExpressionAttributeNames"] == {"#state": "state"}


def test_a_late_start_uses_no_reserved_word_and_sends_no_names() -> None:
    client = Client(unmet=1)
    assert not table(client).record_started("task", "job-1")
    first, second = client.updates
    assert "ExpressionAttributeNames" in first
    assert "ExpressionAttributeNames" not in second


def test_an_update_without_a_condition_sends_none() -> None:
    client: Any = Client()
    update_item(client, "tasks", "task", "SET progress = :progress", {":progress": {"S": "half"}})
    (update,) = client.updates
    assert "ConditionExpression" not in update
    assert "ExpressionAttributeNames" not in update
