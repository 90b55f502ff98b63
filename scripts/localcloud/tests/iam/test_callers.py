"""Which role acts: for functions, executions, mappings, destinations."""

import json
import urllib.request
from typing import Any

import pytest
from cloud import Cloud, unique, wait_for
from logs import written_bytes

PUT = """
import boto3, json, os
def handle(event, context):
    who = boto3.client("sts").get_caller_identity()["Arn"]
    boto3.client("s3").put_object(Bucket=event["bucket"], Key="key", Body=b"")
    return who
"""
LOGS = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": "*",
}


def allow(action: Any, resource: Any = "*", sid: str = "Only") -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource}


def permissions(cloud: Cloud) -> Any:
    """Return the response of GET /_localcloud/iam/permissions."""
    with urllib.request.urlopen(f"{cloud.url}/_localcloud/iam/permissions", timeout=10) as answer:  # noqa: S310
        return json.load(answer)


def unused(cloud: Cloud, role: str) -> list[Any]:
    """Return the permissions that a role has never used."""
    granted = of_role(cloud, role, "granted")
    return [
        {name: value for name, value in item.items() if name != "used"}
        for item in granted
        if not item["used"]
    ]


def of_role(cloud: Cloud, role: str, kind: str) -> list[Any]:
    """Return the entries of one role."""
    name = role.rpartition("/")[2]
    return [item for item in permissions(cloud)[kind] if item["role"] == name]


@pytest.fixture(scope="module")
def bucket(cloud: Cloud) -> str:
    name = unique("callers-bucket")
    cloud.client("s3").create_bucket(Bucket=name)
    return name


def test_a_function_acts_as_its_role(cloud: Cloud, bucket: str) -> None:
    role = cloud.role(LOGS)
    name = cloud.function(PUT, role=role)
    answer = cloud.invoke(name, {"bucket": bucket})["Payload"]
    assert "(AccessDenied) when calling the PutObject operation" in answer["errorMessage"]
    session = f"arn:aws:sts::000000000000:assumed-role/{role.rpartition('/')[2]}/{name}"
    assert f"User: {session} is not authorized to perform: s3:PutObject" in answer["errorMessage"]
    cloud.allow(role, LOGS, allow("s3:PutObject", f"arn:aws:s3:::{bucket}/key"))
    assert cloud.invoke(name, {"bucket": bucket})["Payload"] == session


def test_a_functions_log_is_written_as_its_role(cloud: Cloud) -> None:
    def run(role: str, group: str, text: str) -> str:
        config = {"LogFormat": "Text", "LogGroup": group}
        code = f"def handle(event, context): print({text!r})"
        name = cloud.function(code, role=role, LoggingConfig=config)
        cloud.invoke(name)
        return name

    group = unique("/functions")
    cloud.client("logs").create_log_group(logGroupName=group)
    own = allow(
        ["logs:CreateLogStream", "logs:PutLogEvents"], f"arn:aws:logs:*:*:log-group:{group}:*"
    )
    silent = cloud.role()
    run(silent, group, "nothing of this")
    wait_for(lambda: of_role(cloud, silent, "refused"))
    assert written_bytes(cloud.client("logs"), group) == 0
    run(cloud.role(own), group, "all of this")
    wait_for(lambda: "all of this" in cloud.log(group))
    # A role that may create groups creates a missing one.
    other = unique("/functions")
    run(cloud.role(LOGS), other, "made")
    wait_for(lambda: "made" in cloud.log(other))


def test_an_execution_sends_messages_as_its_role(cloud: Cloud) -> None:
    url, arn = cloud.queue()
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": url, "MessageBody": "body"},
        "End": True,
    }
    role = cloud.role()
    machine = cloud.machine({"StartAt": "Only", "States": {"Only": state}}, role=role)
    ended = cloud.ended(cloud.execute(machine))
    assert ended["status"] == "FAILED"
    assert "is not authorized to perform: sqs:sendmessage" in ended["cause"]
    cloud.allow(role, allow("sqs:SendMessage", arn))
    assert cloud.ended(cloud.execute(machine))["status"] == "SUCCEEDED"


def test_an_execution_invokes_functions_as_its_role(cloud: Cloud) -> None:
    name = cloud.function("def handle(event, context): return 1")
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": name},
        "End": True,
    }
    role = cloud.role()
    machine = cloud.machine({"StartAt": "Only", "States": {"Only": state}}, role=role)
    ended = cloud.ended(cloud.execute(machine))
    assert ended["status"] == "FAILED"
    assert "is not authorized to perform: lambda:InvokeFunction" in ended["cause"]
    cloud.allow(role, allow("lambda:InvokeFunction"))
    assert cloud.ended(cloud.execute(machine))["status"] == "SUCCEEDED"


def test_a_mapping_polls_as_the_functions_role(cloud: Cloud) -> None:
    url, arn = cloud.queue()
    actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    role = cloud.role(LOGS)
    name = cloud.function("def handle(event, context): pass", role=role)
    cloud.client("sqs").send_message(QueueUrl=url, MessageBody="1")
    mapping = {"FunctionName": name, "EventSourceArn": arn}
    client = cloud.client("lambda")
    cloud.allow(role, LOGS, allow([actions[0], actions[2]], arn))
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="DeleteMessage"):
        client.create_event_source_mapping(**mapping)
    cloud.allow(role, LOGS, allow(actions, arn))
    client.create_event_source_mapping(**mapping)

    def left() -> bool:
        return any(item["sid"] == "Only" for item in unused(cloud, role))

    wait_for(lambda: not left(), seconds=30)


def test_a_destination_is_invoked_as_the_functions_role(cloud: Cloud) -> None:
    url, arn = cloud.queue()
    role = cloud.role(LOGS)
    name = cloud.function("def handle(event, context): return event", role=role)
    cloud.client("lambda").put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": arn}}
    )
    cloud.invoke(name, 1, InvocationType="Event")
    wait_for(lambda: of_role(cloud, role, "refused"))
    cloud.allow(role, LOGS, allow("sqs:SendMessage", arn))
    cloud.invoke(name, 2, InvocationType="Event")
    client = cloud.client("sqs")
    (message,) = wait_for(
        lambda: client.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages")
    )
    assert json.loads(message["Body"])["responsePayload"] == 2


def test_unused_permissions_are_reported(cloud: Cloud, bucket: str) -> None:
    arn = f"arn:aws:s3:::{bucket}/*"
    role = cloud.role(
        allow(["s3:PutObject", "s3:GetObject"], [arn, "arn:aws:s3:::other/*"], sid="Objects"),
        {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"},
    )
    name = role.rpartition("/")[2]
    entry = {"role": name, "policy": "mine", "sid": "Objects"}
    others = [{**entry, "action": "s3:GetObject"}, {**entry, "resource": "arn:aws:s3:::other/*"}]
    used = [{**entry, "action": "s3:PutObject"}, {**entry, "resource": arn}]
    granted = unused(cloud, role)
    assert len(granted) == 4
    assert all(item in granted for item in used + others)
    client = cloud.acting_as(role)("s3")
    client.put_object(Bucket=bucket, Key="key", Body=b"")
    assert unused(cloud, role) == others
    assert of_role(cloud, role, "refused") == []
    for _ in range(2):
        with pytest.raises(client.exceptions.ClientError):
            client.delete_object(Bucket=bucket, Key="key")
    refusal = {"action": "s3:DeleteObject", "resource": f"arn:aws:s3:::{bucket}/key", "times": 2}
    assert of_role(cloud, role, "refused") == [{"role": name, **refusal}]
    cloud.client("iam").delete_role_policy(RoleName=name, PolicyName="mine")
    left = of_role(cloud, role, "granted")
    assert len(left) == 2
    assert all({**item, "used": True} in left for item in used)
