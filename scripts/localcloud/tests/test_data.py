"""Inputs and outputs of states: JSON as on AWS, with AWS's size limits."""

import json
from typing import Any

import pytest
from cloud import Cloud
from states import activity_state

TEXTS = ['"x"', '"5"', '""', "5", "[]", '{"a":["中",1]}']


@pytest.mark.parametrize("text", TEXTS)
def test_an_activity_gets_json(cloud: Cloud, text: str) -> None:
    activity, client = cloud.activity(), cloud.client("stepfunctions")
    state = {**activity_state(activity), "End": True}
    machine = cloud.machine({"StartAt": "Only", "States": {"Only": state}})
    client.start_execution(stateMachineArn=machine, input=text)
    task = client.get_activity_task(activityArn=activity)
    assert task["input"] == text
    client.send_task_success(taskToken=task["taskToken"], output="1")


def test_a_string_selected_by_a_path_is_json(cloud: Cloud) -> None:
    activity, client = cloud.activity(), cloud.client("stepfunctions")
    cloud.start(activity_state(activity, InputPath="$.a"), {"a": "x"})
    task = client.get_activity_task(activityArn=activity)
    assert json.loads(task["input"]) == "x"
    client.send_task_success(taskToken=task["taskToken"], output="1")


MOST = 262_144
FITTING = [{"a": "中" * 80_000}, {"a": "x" * (MOST - 8)}, [1] * ((MOST - 1) // 2)]


@pytest.mark.parametrize("given", FITTING, ids=["chinese", "ascii", "list"])
def test_an_input_at_the_limit_passes_through_a_message(cloud: Cloud, given: Any) -> None:
    url, _ = cloud.queue()
    ended = cloud.ended(start(cloud, request(url), given))
    assert ended["status"] == "SUCCEEDED", ended
    assert json.loads(ended["output"]) == given


@pytest.mark.parametrize("letter", ["x", "é"])
def test_a_state_output_is_limited_to_the_byte(cloud: Cloud, letter: str) -> None:
    wrapped = {"Type": "Pass", "Parameters": {"a.$": "$"}}
    room = MOST - len('{"a":""}')
    for more, status in (("", "SUCCEEDED"), ("x", "FAILED")):
        ended = cloud.ended(start(cloud, wrapped, letter * (room // len(letter.encode())) + more))
        assert ended["status"] == status
    assert ended["error"] == "States.DataLimitExceeded"


def start(cloud: Cloud, state: dict[str, Any], given: Any) -> str:
    """Start an execution whose input has no escapes, which would count towards its size."""
    machine = cloud.machine({"StartAt": "Only", "States": {"Only": {**state, "End": True}}})
    text = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    client = cloud.client("stepfunctions")
    return str(client.start_execution(stateMachineArn=machine, input=text)["executionArn"])


def request(url: str) -> dict[str, Any]:
    """Send a message, and pass the input on."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": url, "MessageBody": {"execution.$": "$$.Execution.Id"}},
        "ResultPath": None,
    }
