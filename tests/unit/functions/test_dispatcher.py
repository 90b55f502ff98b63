"""The dispatcher function's composition: complete settings, and a partial batch response."""

import json

import boto3
import pytest
from moto import mock_aws

from activity_dispatch.runtime.settings import InvalidSettings
from activity_dispatch.testing import FakeLambdaContext
from dispatcher import handler

MESSAGE = {
    "messageId": "m1",
    "receiptHandle": "r1",
    "body": "not json",
    "attributes": {"ApproximateReceiveCount": "1"},
}


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    for name in ("TASK_TABLE", "PAYLOAD_BUCKET", "DISPATCH_QUEUE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    handler._parts.cache_clear()
    yield
    handler._parts.cache_clear()


def test_all_missing_settings_are_named() -> None:
    with pytest.raises(InvalidSettings, match=r"TASK_TABLE.*PAYLOAD_BUCKET.*DISPATCH_QUEUE_URL"):
        handler.handle({"Records": [MESSAGE]}, FakeLambdaContext())


def test_a_malformed_request_is_dropped_and_an_unknown_activity_retried(monkeypatch) -> None:
    arn = "arn:aws:states:eu-west-1:000000000000:activity:unknown"
    unknown = {**MESSAGE, "messageId": "m2", "body": json.dumps({"activity_arn": arn})}
    with mock_aws():
        queue_url = boto3.client("sqs").create_queue(QueueName="dispatch")["QueueUrl"]
        boto3.client("dynamodb").create_table(
            TableName="tasks",
            KeySchema=[{"AttributeName": "task_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "task_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        monkeypatch.setenv("TASK_TABLE", "tasks")
        monkeypatch.setenv("PAYLOAD_BUCKET", "payloads")
        monkeypatch.setenv("DISPATCH_QUEUE_URL", queue_url)
        response = handler.handle({"Records": [MESSAGE, unknown]}, FakeLambdaContext())
    assert response == {"batchItemFailures": [{"itemIdentifier": "m2"}]}
