"""The implementations that each contract is held against."""

import io
import json
import zipfile

import boto3
import pytest
from moto import mock_aws

from activity_dispatch.backends import registry
from activity_dispatch.clients import Clients
from activity_dispatch.payloads import PayloadStore
from activity_dispatch.task_table import DynamoTaskTable
from activity_dispatch.testing import FakeBackend, InMemoryTaskTable


@pytest.fixture
def aws(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    # moto's Lambda runs functions in Docker by default; the contract needs only the start.
    with mock_aws(config={"lambda": {"use_docker": False}}):
        yield


@pytest.fixture(params=["memory", "dynamodb"])
def table(request, aws):
    if request.param == "memory":
        return InMemoryTaskTable()
    boto3.client("s3").create_bucket(Bucket="payloads")
    client = boto3.client("dynamodb")
    client.create_table(
        TableName="tasks",
        KeySchema=[{"AttributeName": "task_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "task_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    payloads = PayloadStore(client=lambda: boto3.client("s3"), bucket="payloads")
    return DynamoTaskTable(client=client, name="tasks", payloads=payloads)


def _lambda_config() -> dict:
    role = boto3.client("iam").create_role(RoleName="f", AssumeRolePolicyDocument=json.dumps({}))
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("handler.py", "def handle(event, context): return None")
    function = boto3.client("lambda").create_function(
        FunctionName="process",
        Runtime="python3.13",
        Handler="handler.handle",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": code.getvalue()},
    )
    return {"function_arn": function["FunctionArn"]}


# What each backend needs to exist before it can start a job; a backend without one fails the suite.
CONFIGS = {"lambda": _lambda_config}


@pytest.fixture(params=["fake", *registry.names()])
def backend(request, aws):
    if request.param == "fake":
        return FakeBackend()
    return registry.create(request.param, CONFIGS[request.param](), Clients(threads=2))
