"""The reconciler function's composition: a pass, or a drain if Terraform asks for one."""

from typing import Any

import boto3
import pytest
from moto import mock_aws

from activity_dispatch.reconcile.drain import InvalidDrain, StillOpen
from activity_dispatch.testing import FakeLambdaContext
from reconciler import handler

ARN = "arn:aws:states:eu-west-1:000000000000:activity:words"


@pytest.fixture
def table(monkeypatch):
    """Return the table of a stack, which the handler reads."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "DISPATCH_QUEUE_URL", "PAYLOAD_BUCKET"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("TASK_TABLE", "tasks")
    monkeypatch.setenv("MISSED_TASK_POLL_SECONDS", "900")
    handler._parts.cache_clear()
    with mock_aws():
        yield boto3.resource("dynamodb").create_table(
            TableName="tasks",
            KeySchema=[{"AttributeName": "task_id", "KeyType": "HASH"}],
            AttributeDefinitions=[
                {"AttributeName": "task_id", "AttributeType": "S"},
                {"AttributeName": "poll_id", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "open",
                    "KeySchema": [{"AttributeName": "poll_id", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
    handler._parts.cache_clear()


def event(action: str) -> dict[str, Any]:
    return {"drain": {"activities": [ARN], "backend": "ecs"}, "tf": {"action": action, "prev_input": None}}


def put_open_task(table: Any) -> None:
    table.put_item(
        Item={
            "task_id": "0" * 32,
            "poll_id": "poll",
            "state": "started",
            "activity_arn": ARN,
            "backend": "ecs",
            "heartbeat_seconds": 300,
            "starting_at": 1_000_000,
        }
    )


def test_a_scheduled_event_makes_a_pass(table) -> None:
    assert handler.handle({"source": "aws.events"}, FakeLambdaContext()) == {}


def test_a_create_does_not_wait(table) -> None:
    put_open_task(table)
    assert handler.handle(event("create"), FakeLambdaContext()) == {"waited_seconds": 0}


def test_a_delete_fails_while_a_task_is_open(table) -> None:
    put_open_task(table)
    with pytest.raises(StillOpen, match="words has 1"):
        handler.handle(event("delete"), FakeLambdaContext(seconds_left=24))


def test_a_malformed_request_is_no_pass(table) -> None:
    with pytest.raises(InvalidDrain, match=r"drain\.activities"):
        handler.handle({"drain": {}}, FakeLambdaContext())
