"""States that wait for a callback behave as AWS documents them."""

import json
import time
from typing import Any

import pytest
from cloud import Cloud, error_code, wait_for


def callback_state(url: str, **more: Any) -> dict[str, Any]:
    """Return a state that sends its token to a queue and waits."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {
            "QueueUrl": url,
            "MessageBody": {"token.$": "$$.Task.Token", "input.$": "States.JsonToString($)"},
        },
        **more,
    }


def sent(cloud: Cloud, url: str) -> dict[str, str]:
    """Return what the state sent."""
    receive = cloud.client("sqs").receive_message
    (message,) = wait_for(lambda: receive(QueueUrl=url, WaitTimeSeconds=5).get("Messages"))
    return dict(json.loads(message["Body"]))


def test_a_worker_may_send_heartbeats_and_report_as_soon_as_it_has_the_token(cloud: Cloud) -> None:
    url, _ = cloud.queue()
    client = cloud.client("stepfunctions")
    for number in range(10):
        execution = cloud.start(callback_state(url, HeartbeatSeconds=20), {"n": number})
        message = sent(cloud, url)
        assert json.loads(message["input"]) == {"n": number}
        client.send_task_heartbeat(taskToken=message["token"])
        client.send_task_success(taskToken=message["token"], output="1")
        assert cloud.ended(execution)["output"] == "1"


def test_heartbeats_keep_a_callback_alive_and_a_missed_one_is_named(cloud: Cloud) -> None:
    url, _ = cloud.queue()
    client = cloud.client("stepfunctions")
    execution = cloud.start(callback_state(url, HeartbeatSeconds=1, TimeoutSeconds=30))
    token = sent(cloud, url)["token"]
    begun = time.monotonic()
    while time.monotonic() < begun + 1.5:
        client.send_task_heartbeat(taskToken=token)
    assert cloud.status(execution) == "RUNNING"
    assert cloud.ended(execution)["error"] == "States.HeartbeatTimeout"
    assert "TaskTimedOut" in cloud.history(execution)
    assert error_code(client.send_task_heartbeat, taskToken=token) == "TaskTimedOut"


@pytest.mark.parametrize("limits", [{}, {"HeartbeatSeconds": 30}])
def test_a_stopped_execution_does_not_wait_for_its_callback(
    cloud: Cloud, limits: dict[str, int]
) -> None:
    url, _ = cloud.queue()
    client = cloud.client("stepfunctions")
    execution = cloud.start(callback_state(url, **limits))
    token = sent(cloud, url)["token"]
    client.stop_execution(executionArn=execution)
    assert cloud.ended(execution)["status"] == "ABORTED"
    code = error_code(client.send_task_success, taskToken=token, output="1")
    assert code == "TaskTimedOut"


def test_a_callback_is_settled_once(cloud: Cloud) -> None:
    url, _ = cloud.queue()
    client = cloud.client("stepfunctions")
    execution = cloud.start(callback_state(url, TimeoutSeconds=30))
    token = sent(cloud, url)["token"]
    client.send_task_failure(taskToken=token, error="Job.Failed", cause="why")
    assert cloud.ended(execution)["error"] == "Job.Failed"
    assert error_code(client.send_task_heartbeat, taskToken=token) == "TaskTimedOut"
