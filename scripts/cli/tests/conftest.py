"""A stack in moto: its handle, its table, one activity."""

import json
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from activity_dispatch.domain.polls import new_poll_id
from activity_dispatch.domain.tasks import Task
from activity_dispatch_cli.account import connect
from activity_dispatch_cli.stack import Stack, find

REGION = "eu-west-1"
ACTIVITY = f"arn:aws:states:{REGION}:000000000000:activity:orders-lambda"
FUNCTION = f"arn:aws:lambda:{REGION}:000000000000:function:orders-process"
EXECUTION = f"arn:aws:states:{REGION}:000000000000:execution:orders:monday"

# Those of terraform/modules/control-plane/table.tf.
PROJECTED = [
    "activity",
    "activity_arn",
    "backend",
    "claimed_at",
    "claimed_by",
    "claimed_until",
    "error",
    "heartbeat_seconds",
    "holders",
    "holds_slot",
    "job_id",
    "outcome",
    "progress",
    "settled_at",
    "started_at",
    "starting_at",
    "state",
    "token",
    "waiting",
]


def handle(name: str = "orders", **changes: Any) -> dict[str, Any]:
    """Return what a stack publishes, as module control-plane writes it."""
    return {
        "version": 1,
        "name": name,
        "partition": "aws",
        "region": REGION,
        "account": "000000000000",
        "backends": ["lambda"],
        "wake_ups": ["requests", "callback"],
        "pools": {},
        "event_buses": [],
        "cluster_arn": None,
        "job_queue_arn": None,
        "worker_environment": {
            "TASK_TABLE": f"{name}-tasks",
            "PAYLOAD_BUCKET": f"{name}-data",
            "TASK_RETENTION_DAYS": "7",
            "DISPATCH_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/000000000000/{name}-dispatch",
            "STACK_NAME": name,
        },
        **changes,
    }


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_REGION", REGION)
    with mock_aws():
        yield


def publish(name: str = "orders", **changes: Any) -> None:
    """Create the parameter by which a stack is found."""
    boto3.client("ssm", REGION).put_parameter(
        Name=f"/activity-dispatch/{name}", Type="String", Value=json.dumps(handle(name, **changes))
    )


@pytest.fixture
def stack(aws: None) -> Stack:
    """A stack called orders with the activity orders-lambda."""
    publish()
    client = boto3.client("dynamodb", REGION)
    client.create_table(
        TableName="orders-tasks",
        KeySchema=[{"AttributeName": "task_id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("task_id", "poll_id", "execution_arn")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "open",
                "KeySchema": [{"AttributeName": "poll_id", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": PROJECTED},
            },
            {
                "IndexName": "executions",
                "KeySchema": [{"AttributeName": "execution_arn", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    serve(ACTIVITY)
    boto3.client("sqs", REGION).create_queue(QueueName="orders-dispatch")
    return find(connect(), "orders")


def serve(arn: str, **changes: Any) -> None:
    """Write an activity's description to the table, as Terraform does."""
    described = {
        "arn": arn,
        "name": arn.rsplit(":", 1)[-1],
        "backend": "lambda",
        "config": {"function_arn": FUNCTION},
        "heartbeat_seconds": 60,
        "timeout_seconds": 600,
        **changes,
    }
    boto3.client("dynamodb", REGION).put_item(
        TableName="orders-tasks",
        Item={
            "task_id": {"S": f"activity#{arn}"},
            "poll_id": {"S": "activity"},
            "activity": {"S": json.dumps(described)},
        },
    )


def add(stack: Stack, token: str, *, execution_arn: str = EXECUTION, backend: str = "lambda") -> str:
    """Add a task that was just taken; return its id."""
    task = Task(
        activity_arn=ACTIVITY,
        token=token,
        input="{}",
        heartbeat_seconds=60,
        poll_id=new_poll_id(time.time()),
        execution_arn=execution_arn,
    )
    stack.runtime.tasks.add(task, backend)
    return task.task_id
