"""Tasks' inputs: in their items, or in the payload store if they are too large for that."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from activity_dispatch.domain.limits import MAX_TABLE_INPUT_BYTES
from activity_dispatch.domain.tasks import Task, TaskRecord, TaskState
from activity_dispatch.store.dynamodb.attributes import Item
from activity_dispatch.store.payloads import PayloadStore


def put_input(payloads: PayloadStore, task: Task, item: dict[str, Any]) -> Mapping[str, Any]:
    """Return the item with the task's input, or with its address."""
    if len(task.input.encode()) <= MAX_TABLE_INPUT_BYTES:
        item["input"] = {"S": task.input}
    else:
        item["input_s3_uri"] = {"S": payloads.put_input(task.task_id, task.input)}
    return item


def get_input(payloads: PayloadStore, record: TaskRecord, item: Item) -> TaskRecord:
    """Return the record with its input; that of a settled task is gone."""
    if "input_s3_uri" in item and record.state is not TaskState.SETTLED:
        return replace(record, input=payloads.get(item["input_s3_uri"]["S"]))
    return record
