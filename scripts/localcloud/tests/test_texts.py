"""NUL and lone surrogates get a service's refusal, or pass unchanged: never an internal error."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloud import Cloud, error_code
from states import activity_state

LONE = "\ud800"
NO_NUMBERS = ["NaN", "[Infinity]", '{"a":-Infinity}']
NO_INPUT = [
    *NO_NUMBERS,
    '"\ud800"',
    '"\\ud800"',
    '{"\\udfff":1}',
    '["\\ude00\\ud83d"]',
    '"\0"',
    '"\x1f"',
]
INPUT = ['"\\u0000"', '"\\ud83d\\ude00"', '"\ufffe\x7f"']
PASS = {"StartAt": "Only", "States": {"Only": {"Type": "Pass", "End": True}}}


@pytest.mark.parametrize("text", NO_INPUT, ids=ascii)
def test_an_input_or_output_is_refused(cloud: Cloud, text: str) -> None:
    client, activity = cloud.client("stepfunctions"), cloud.activity()
    code = error_code(client.start_execution, stateMachineArn=cloud.machine(PASS), input=text)
    assert code == "InvalidExecutionInput"
    execution = cloud.start(activity_state(activity))
    token = cloud.take(activity)
    assert error_code(client.send_task_success, taskToken=token, output=text) == "InvalidOutput"
    assert cloud.status(execution) == "RUNNING"  # The task is still open.
    client.send_task_success(taskToken=token, output="1")


@pytest.mark.parametrize("text", INPUT, ids=ascii)
def test_an_input_and_output_pass(cloud: Cloud, text: str) -> None:
    client, activity = cloud.client("stepfunctions"), cloud.activity()
    state = {**activity_state(activity), "End": True}
    machine = cloud.machine({"StartAt": "Only", "States": {"Only": state}})
    arn = client.start_execution(stateMachineArn=machine, input=text)["executionArn"]
    task = client.get_activity_task(activityArn=activity)
    assert json.loads(task["input"]) == json.loads(text)
    client.send_task_success(taskToken=task["taskToken"], output=text)
    assert json.loads(cloud.ended(arn)["output"]) == json.loads(text)


def test_errors_and_causes(cloud: Cloud) -> None:
    client, activity = cloud.client("stepfunctions"), cloud.activity()
    execution = cloud.start(activity_state(activity))
    token = cloud.take(activity)
    for broken in ({"error": LONE}, {"cause": f"a{LONE}"}):
        code = error_code(client.send_task_failure, taskToken=token, **broken)
        assert code == "ValidationException"
        code = error_code(client.stop_execution, executionArn=execution, **broken)
        assert code == "ValidationException"
    client.send_task_failure(taskToken=token, error="A\0", cause="b\0")
    ended = cloud.ended(execution)
    assert (ended["error"], ended["cause"]) == ("A\0", "b\0")


@pytest.mark.parametrize("text", ["a\0", LONE, "\ufffe", "\x01", "\x0b", "😀\udc00"], ids=ascii)
def test_messages_are_refused(cloud: Cloud, text: str) -> None:
    (url, _), client = cloud.queue(), cloud.client("sqs")
    code = error_code(client.send_message, QueueUrl=url, MessageBody=text)
    assert code == "InvalidMessageContents"
    entries = [{"Id": "a", "MessageBody": text}, {"Id": "b", "MessageBody": "fine"}]
    answer = client.send_message_batch(QueueUrl=url, Entries=entries)
    assert [entry["Code"] for entry in answer["Failed"]] == ["InvalidMessageContents"]
    assert [entry["Id"] for entry in answer["Successful"]] == ["b"]
    attribute = {"a": {"DataType": "String", "StringValue": text}}
    named: dict[str, Any] = {"QueueUrl": url, "MessageBody": "x", "MessageAttributes": attribute}
    assert error_code(client.send_message, **named) == "InvalidParameterValue"


@pytest.mark.parametrize("text", ["\t\r\n", "\x7f", "😀", "\ud7ff\ue000\ufffd"], ids=ascii)
def test_messages_pass(cloud: Cloud, text: str) -> None:
    (url, _), client = cloud.queue(), cloud.client("sqs")
    client.send_message(QueueUrl=url, MessageBody=text)
    assert client.receive_message(QueueUrl=url)["Messages"][0]["Body"] == text


def test_items_events_and_other_requests(cloud: Cloud) -> None:
    table, dynamodb = {"TableName": "texts"}, cloud.client("dynamodb")
    dynamodb.create_table(
        **table,
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for item in ({"k": {"S": LONE}}, {"k": {"S": "a"}, "v": {"L": [{"S": LONE}]}}):
        assert error_code(dynamodb.put_item, **table, Item=item) == "ValidationException"
    dynamodb.put_item(**table, Item={"k": {"S": "a\0"}})
    assert dynamodb.get_item(**table, Key={"k": {"S": "a\0"}})["Item"] == {"k": {"S": "a\0"}}
    entry = {
        "Source": "a",
        "DetailType": "b",
        "Detail": json.dumps({"a": LONE}, ensure_ascii=False),
    }
    assert error_code(cloud.client("events").put_events, Entries=[entry]) == "ValidationException"
    secrets = cloud.client("secretsmanager")
    code = error_code(secrets.create_secret, Name="a", SecretString=LONE)
    assert code == "SerializationException"


@pytest.mark.parametrize("kind", ["RequestResponse", "Event"])
def test_a_payload_that_is_not_json_is_refused(cloud: Cloud, kind: str) -> None:
    name = cloud.function("def handle(event, context): return event")
    client = cloud.client("lambda")
    for payload in (b'"\0"', b"{", b"NaN", b"\xff", b'"\xed\xa0\x80"'):
        with pytest.raises(ClientError) as refused:
            client.invoke(FunctionName=name, Payload=payload, InvocationType=kind)
        assert refused.value.response["Error"]["Code"] == "InvalidRequestContentException"
    assert client.invoke(FunctionName=name, Payload=b'"\\u0000"', InvocationType=kind)
    assert client.invoke(FunctionName=name, InvocationType=kind)
