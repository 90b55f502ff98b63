"""Reads the tasks of an execution, or of the last hours, from a stack's task table."""

import time
from typing import Any

from activity_dispatch.domain.tasks import TaskRecord
from activity_dispatch.store.dynamodb.items import records_of
from activity_dispatch.store.dynamodb.warm_items import all_whole
from activity_dispatch.store.task_table import InvalidItem
from activity_dispatch_cli.stack import Stack


def of_execution(stack: Stack, execution_arn: str) -> list[TaskRecord]:
    """Return an execution's tasks that the table knows as its. Raises ClientError and BotoCoreError."""
    tasks = stack.runtime.tasks
    found = []
    for task_id in tasks.of_execution(execution_arn):
        try:
            record = tasks.get(task_id, with_input=False)
        except InvalidItem:
            # One bad item must not hide the others.
            continue
        if record is not None:
            found.append(record)
    return found


def of_the_last(stack: Stack, seconds: float) -> list[TaskRecord]:
    """Return the tasks that were open in the last so many seconds. Raises ClientError and BotoCoreError.

    No index has ended tasks, so this reads the whole table: half a read unit for each 4 KiB of it.
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Scan.html
    """
    client, table = stack.account.clients.dynamodb, stack.runtime.settings.task_table
    pages = client.get_paginator("scan").paginate(
        TableName=table,
        # Descriptions, slots and the like have no state.
        FilterExpression="attribute_exists(#state)"
        " AND (attribute_not_exists(settled_at) OR settled_at >= :since)",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":since": {"N": f"{time.time() - seconds:.3f}"}},
    )
    items: dict[str, Any] = {item["task_id"]["S"]: item for page in pages for item in page["Items"]}

    def read(key: str) -> Any:
        # A warm worker's task is told by its job's first task, which may have ended earlier.
        if key not in items:
            found = client.get_item(TableName=table, Key={"task_id": {"S": key}})
            items[key] = found.get("Item")
        return items[key]

    return list(records_of(all_whole(list(items.values()), read)))
