"""The items in DynamoDB, beyond what the protocol shows."""

import json

import boto3
import pytest

from activity_dispatch.domain.tasks import OutcomeName, Task

TASK = Task(activity_arn="arn:activity", token="token", input="{}", heartbeat_seconds=60)
ARN = "arn:aws:states:eu-west-1:000000000000:activity:work"


def item(task_id: str) -> dict:
    return boto3.client("dynamodb").get_item(TableName="tasks", Key={"task_id": {"S": task_id}})["Item"]


@pytest.mark.parametrize("table", ["dynamodb"], indirect=True)
def test_every_step_has_a_timestamp_and_settled_items_expire(table) -> None:
    table.add(TASK, "lambda")
    assert "expires_at" not in item(TASK.task_id)
    table.record_started(TASK.task_id, "job")
    table.claim(TASK.task_id, "a")
    table.record_settled(TASK.task_id, OutcomeName.SUCCEEDED, None)
    found = item(TASK.task_id)
    assert {"starting_at", "started_at", "claimed_at", "settled_at"} <= set(found)
    kept = float(found["expires_at"]["N"]) - float(found["settled_at"]["N"])
    assert kept == pytest.approx(7 * 86_400, abs=1)


@pytest.mark.parametrize("table", ["dynamodb"], indirect=True)
def test_an_activity_is_read_as_terraform_writes_it(table) -> None:
    description = {
        "arn": ARN,
        "name": "work",
        "backend": "lambda",
        "config": {"function_arn": "arn:aws:lambda:eu-west-1:000000000000:function:f"},
        "heartbeat_seconds": 180,
        "timeout_seconds": 3600,
    }
    boto3.client("dynamodb").put_item(
        TableName="tasks",
        Item={"task_id": {"S": f"activity#{ARN}"}, "activity": {"S": json.dumps(description)}},
    )
    assert table.activity(ARN).config == description["config"]
