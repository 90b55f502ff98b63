"""What goes into states and comes out of them: JSON as AWS has it, and as much of it."""

import json

import pytest
from cloud import Cloud
from test_activities import activity_state

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


def test_a_string_that_a_path_selects_is_json_too(cloud: Cloud) -> None:
    activity, client = cloud.activity(), cloud.client("stepfunctions")
    cloud.start(activity_state(activity, InputPath="$.a"), {"a": "x"})
    task = client.get_activity_task(activityArn=activity)
    assert json.loads(task["input"]) == "x"
    client.send_task_success(taskToken=task["taskToken"], output="1")
