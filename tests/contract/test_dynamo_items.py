"""The items in DynamoDB, beyond what the protocol shows."""

import json

import boto3
import pytest

from activity_dispatch.domain.tasks import OutcomeName, Task
from activity_dispatch.store.task_table import InvalidItem

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


def put(key: str, **attributes: dict) -> None:
    boto3.client("dynamodb").put_item(TableName="tasks", Item={"task_id": {"S": key}, **attributes})


@pytest.mark.parametrize("table", ["dynamodb"], indirect=True)
def test_bad_items_are_left_out_by_every_reader(table) -> None:
    target, execution = "callback:work", "arn:aws:states:r:a:execution:m:1"
    polled = Task(activity_arn=ARN, token="polled", input="{}", heartbeat_seconds=60, poll_id="0" * 16)
    waiting = Task(
        activity_arn=target, token="waiting", input="{}", heartbeat_seconds=60, execution_arn=execution
    )
    table.add(polled, "lambda")
    assert table.park(waiting, "lambda")
    for number in range(120):
        # Of the same poll, parked for another activity, of the same execution, and no task at all.
        put(f"{number:031x}a", poll_id={"S": polled.poll_id})
        put(f"{number:031x}b", poll_id={"S": f"waiting#{target}"}, activity_arn={"S": ARN})
    put("c" * 32, execution_arn={"S": execution}, poll_id={"S": "slots"})
    put("d" * 32, poll_id={"S": "activity"}, activity={"S": "{}"})
    assert table.of_poll(polled.poll_id).task_id == polled.task_id
    assert table.waiting(target) == [waiting.task_id]
    assert {*table.of_execution(execution)} == {waiting.task_id, "c" * 32}
    assert table.served_activities() == ()
    overview = table.overview()
    assert {record.task_id for record in overview.tasks} == {polled.task_id, waiting.task_id}
    assert overview.invalid_items == 242
    with pytest.raises(InvalidItem):
        table.get("c" * 32)


@pytest.mark.parametrize("table", ["dynamodb"], indirect=True)
def test_a_started_task_never_waits_again(table) -> None:
    """A job may write the state of its own task, but not holds_slot."""
    assert table.park(TASK, "lambda")
    assert table.unpark(TASK.task_id, "0" * 16, holds_slot=False, description="0" * 32)
    boto3.client("dynamodb").update_item(
        TableName="tasks",
        Key={"task_id": {"S": TASK.task_id}},
        UpdateExpression="SET #state = :waiting",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":waiting": {"S": "waiting"}},
    )
    assert not table.unpark(TASK.task_id, "1" * 16, holds_slot=False, description="0" * 32)
