"""What runs in the cloud is refused what the service's model does not allow."""

import json
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any

import pytest
from botocore.client import Config
from botocore.exceptions import ClientError
from cloud import ROLE, Cloud, error_code

NOT_VALIDATED = Config(parameter_validation=False, retries={"max_attempts": 0})
ITEM = {"TableName": "t", "Key": {"id": {"S": "a"}}}
BATCH = {"jobName": "a", "jobQueue": "q", "jobDefinition": "d"}
TIMEOUT = {"attemptDurationSeconds": "1"}
LOG = {"logGroupName": "?", "logStreamName": "a"}


@pytest.fixture
def inside(cloud: Cloud) -> Callable[[str], Any]:
    """Makes clients with a role, which send whatever they are given."""
    made = cloud.acting_as(ROLE)
    return lambda service: made(service, config=NOT_VALIDATED)


def changing(client: Any, **members: Any) -> Any:
    """Return the client; it adds these members to the JSON that it sends."""

    def change(params: Any, **_: Any) -> None:
        params["body"] = json.dumps({**json.loads(params["body"]), **members}).encode()

    client.meta.events.register("before-call", change)
    return client


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "problem"),
    [
        ("stepfunctions", "send_task_heartbeat", {}, "'taskToken' failed .* must not be null"),
        (
            "stepfunctions",
            "send_task_failure",
            {"taskToken": "t", "error": "e" * 257},
            "'error' .*256",
        ),
        ("stepfunctions", "send_task_failure", {"taskToken": 1}, "'taskToken' .* must be a string"),
        ("stepfunctions", "get_activity_task", {"activityArn": ""}, "'activityArn' .*equal to 1"),
        ("batch", "submit_job", {**BATCH, "timeout": TIMEOUT}, "must be a whole number"),
        ("batch", "submit_job", {**BATCH, "dependsOn": [{"type": "ALL"}]}, "enum value set"),
        ("logs", "get_log_events", LOG, "'logGroupName' .* pattern"),
        ("lambda", "invoke", {"FunctionName": "f", "InvocationType": "Later"}, "enum value set"),
        ("iam", "get_role", {"RoleName": "r" * 65}, "less than or equal to 64"),
    ],
)
def test_a_malformed_request_is_refused(
    inside: Callable[[str], Any], service: str, operation: str, arguments: Any, problem: str
) -> None:
    with pytest.raises(ClientError, match=problem) as raised:
        getattr(inside(service), operation)(**arguments)
    assert raised.value.response["Error"]["Code"] == "ValidationException"


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "members", "problem"),
    [
        ("stepfunctions", "send_task_failure", {"taskToken": "t"}, {"why": "e"}, "'why' .* not in"),
        ("batch", "submit_job", BATCH, {"timeout": {"minutes": 1}}, "'timeout.minutes' .* not in"),
        ("dynamodb", "get_item", ITEM, {"ConsistentRead": 1}, "'consistentRead' .* true or false"),
    ],
)
def test_what_a_client_would_not_send_is_refused(
    inside: Callable[[str], Any],
    service: str,
    operation: str,
    arguments: Any,
    members: Any,
    problem: str,
) -> None:
    with pytest.raises(ClientError, match=problem):
        getattr(changing(inside(service), **members), operation)(**arguments)


def test_refusals_are_listed(cloud: Cloud, inside: Callable[[str], Any]) -> None:
    assert error_code(inside("sqs").send_message, QueueUrl="http://a/b") == "ValidationException"
    connection = HTTPConnection("127.0.0.1", cloud.cli.port, timeout=10)
    connection.request("GET", "/_localcloud/malformed-requests")
    (last,) = json.loads(connection.getresponse().read())[-1:]
    connection.close()
    assert last.startswith("sqs SendMessage: 1 validation error detected: Value at 'messageBody'")


def test_well_formed_requests_are_served(cloud: Cloud, inside: Callable[[str], Any]) -> None:
    url, _ = cloud.queue()
    attributes = {"n": {"DataType": "Number", "StringValue": "1"}}
    inside("sqs").send_message(QueueUrl=url, MessageBody="a", MessageAttributes=attributes)
    inside("s3").create_bucket(Bucket="well-formed")
    inside("s3").put_object(Bucket="well-formed", Key="a", Body=b"a", Metadata={"a": "b"})
    assert inside("s3").get_object(Bucket="well-formed", Key="a")["Body"].read() == b"a"


def test_a_request_from_outside_is_not_checked(cloud: Cloud) -> None:
    url, _ = cloud.queue()
    client = changing(cloud.client("sqs", user_agent="changed"), Invented="b")
    assert client.send_message(QueueUrl=url, MessageBody="a")["MessageId"]
