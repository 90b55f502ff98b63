"""Step Functions activities behave as AWS documents them."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from cloud import Cloud, error_code, unique
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.state_task_service_callback import (  # noqa: E501
    StateTaskServiceCallback,
)
from localstack.services.stepfunctions.asl.eval.callback.callback import (
    ActivityCallbackEndpoint,
    ActivityTaskStartEndpoint,
    CallbackEndpoint,
    CallbackOutcome,
    CallbackOutcomeSuccess,
)
from states import activity_state, in_parallel

from localcloud.stepfunctions import clocks, early_reports
from localcloud.stepfunctions.clocks import Limits, _await_output


def test_a_tasks_life_is_in_the_history(cloud: Cloud) -> None:
    activity, client = cloud.activity(), cloud.client("stepfunctions")
    execution = cloud.start(activity_state(activity), {"x": 1})
    task = client.get_activity_task(activityArn=activity, workerName="worker")
    assert json.loads(task["input"]) == {"x": 1}
    client.send_task_success(taskToken=task["taskToken"], output='{"y":2}')
    assert json.loads(cloud.ended(execution)["output"]) == {"y": 2}
    events = client.get_execution_history(executionArn=execution)["events"]
    assert [event["type"] for event in events] == [
        "ExecutionStarted",
        "TaskStateEntered",
        "ActivityScheduled",
        "ActivityStarted",
        "ActivitySucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]
    times = [event["timestamp"] for event in events]
    assert times == sorted(times)
    assert events[3]["activityStartedEventDetails"] == {"workerName": "worker"}


def test_a_failure_keeps_its_name_through_a_parallel(cloud: Cloud) -> None:
    activity = cloud.activity()
    execution = cloud.start(in_parallel(activity_state(activity)))
    cloud.client("stepfunctions").send_task_failure(
        taskToken=cloud.take(activity), error="Job.Failed", cause="why"
    )
    ended = cloud.ended(execution)
    assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "Job.Failed", "why")


def test_a_poll_is_answered_when_the_task_is_scheduled(cloud: Cloud) -> None:
    activity = cloud.activity()
    machine = cloud.machine(
        {"StartAt": "Only", "States": {"Only": {**activity_state(activity), "End": True}}}
    )
    client = cloud.client("stepfunctions")
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(lambda: (cloud.take(activity), time.time()))
        execution = cloud.execute(machine)
        token, answered = answer.result()
    events = client.get_execution_history(executionArn=execution)["events"]
    scheduled = next(event for event in events if event["type"] == "ActivityScheduled")
    assert answered - scheduled["timestamp"].timestamp() < 0.1
    client.send_task_success(taskToken=token, output="1")


def test_a_disconnected_client_gets_no_task(cloud: Cloud) -> None:
    activity = cloud.activity()
    impatient = cloud.client("stepfunctions", read_timeout=0.2)
    with pytest.raises(ReadTimeoutError):
        impatient.get_activity_task(activityArn=activity)
    execution = cloud.start(activity_state(activity))
    cloud.client("stepfunctions").send_task_success(taskToken=cloud.take(activity), output="1")
    assert cloud.ended(execution)["status"] == "SUCCEEDED"


def test_a_worker_may_report_at_once(cloud: Cloud) -> None:
    """Fifty tasks, each with a heartbeat and an outcome as soon as its token arrives."""
    activity, client = cloud.activity(), cloud.client("stepfunctions")
    states = {"Only": {**activity_state(activity, HeartbeatSeconds=30), "End": True}}
    machine = cloud.machine({"StartAt": "Only", "States": states})

    def work(_: int) -> None:
        token = cloud.take(activity)
        client.send_task_heartbeat(taskToken=token)
        client.send_task_success(taskToken=token, output="1")

    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(work, number) for number in range(50)]
        executions = [cloud.execute(machine) for _ in range(50)]
        for future in done:
            future.result()
    assert {cloud.ended(execution)["status"] for execution in executions} == {"SUCCEEDED"}


def test_reports_are_received_before_the_state_waits_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Run in this process, because no client is fast enough to show it every time."""
    for name in ("__init__", "setup_heartbeat_endpoint"):
        original = getattr(CallbackEndpoint, name)
        monkeypatch.setattr(CallbackEndpoint, name, original)
    monkeypatch.setattr(ActivityTaskStartEndpoint, "_outcome", None, raising=False)
    assert not ActivityCallbackEndpoint("token", "{}").notify_heartbeat(), (
        "LocalStack's bug is there without the patch"
    )
    early_reports.install()
    endpoint = ActivityCallbackEndpoint("token", "{}")
    assert endpoint.notify_heartbeat()
    assert endpoint.setup_heartbeat_endpoint(heartbeat_seconds=60).clear_and_wait()


class LateOutcome(ActivityCallbackEndpoint):
    """A task whose outcome is accepted while its state's thread looks at the clock."""

    def get_outcome(self) -> CallbackOutcome | None:
        """Return none the first time."""
        outcome = super().get_outcome()
        self._outcome = CallbackOutcomeSuccess("token", "1")
        return outcome


@pytest.mark.parametrize("limits", [Limits(timeout=0, heartbeat=9), Limits(timeout=9, heartbeat=0)])
def test_an_outcome_that_was_accepted_counts_although_the_time_is_up(limits: Limits) -> None:
    """Run in this process, because the gap is a few microseconds."""
    env: Any = SimpleNamespace(is_running=lambda: True)
    assert _await_output(env, LateOutcome("token", "{}"), limits) == "1"
    late = ActivityCallbackEndpoint("token", "{}")
    with pytest.raises(TimeoutError):
        _await_output(env, late, limits)
    # From then on, none is accepted.
    assert late.consumer_error is not None


def test_an_outcome_of_a_callback_counts_although_its_heartbeat_was_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = "_wait_for_task_token_heartbeat"
    monkeypatch.setattr(StateTaskServiceCallback, name, getattr(StateTaskServiceCallback, name))
    clocks._keep_accepted_outcomes_of_callbacks()
    endpoint, env = CallbackEndpoint("token"), SimpleNamespace(is_running=lambda: True)
    accepted = CallbackOutcomeSuccess("token", "1")

    def miss() -> bool:
        endpoint._outcome = accepted
        return False

    receiver = SimpleNamespace(clear_and_wait=miss)
    wait: Any = getattr(StateTaskServiceCallback, name)
    assert wait(None, env, endpoint, receiver) is accepted


def test_heartbeats_are_accepted_without_heartbeat_seconds(cloud: Cloud) -> None:
    activity, client = cloud.activity(), cloud.client("stepfunctions")
    cloud.start(activity_state(activity))
    token = cloud.take(activity)
    client.send_task_heartbeat(taskToken=token)
    client.send_task_success(taskToken=token, output="1")


def test_a_task_is_settled_once(cloud: Cloud) -> None:
    activity, client = cloud.activity(), cloud.client("stepfunctions")
    execution = cloud.start(activity_state(activity))
    token = cloud.take(activity)
    barrier = threading.Barrier(8)

    def settle(number: int) -> str | None:
        barrier.wait()
        return error_code(client.send_task_success, taskToken=token, output=str(number))

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(settle, range(8)))
    assert sorted(codes, key=str) == [None, *["TaskTimedOut"] * 7]
    assert cloud.ended(execution)["output"] == str(codes.index(None))
    assert error_code(client.send_task_failure, taskToken=token) == "TaskTimedOut"
    assert error_code(client.send_task_heartbeat, taskToken=token) == "TaskTimedOut"


def test_an_unknown_token_is_invalid(cloud: Cloud) -> None:
    client = cloud.client("stepfunctions")
    assert error_code(client.send_task_heartbeat, taskToken="no") == "InvalidToken"
    assert error_code(client.send_task_success, taskToken="no", output="1") == "InvalidToken"
    assert error_code(client.send_task_failure, taskToken="no") == "InvalidToken"


def test_sizes_are_limited(cloud: Cloud) -> None:
    activity, client = cloud.activity(), cloud.client("stepfunctions")
    execution = cloud.start(activity_state(activity))
    token = cloud.take(activity)
    largest = json.dumps("x" * 262_142)
    refused = "ValidationException"
    send, fail = client.send_task_success, client.send_task_failure
    assert error_code(send, taskToken=token, output=largest + " ") == refused
    assert error_code(send, taskToken=token, output='"' + "é" * 131_072 + '"') == refused
    assert error_code(send, taskToken=token, output="no JSON") == "InvalidOutput"
    assert error_code(fail, taskToken=token, error="e" * 257) == refused
    assert error_code(fail, taskToken=token, cause="c" * 32_769) == refused
    machine = cloud.describe(execution)["stateMachineArn"]
    start = client.start_execution
    assert error_code(start, stateMachineArn=machine, input=largest + " ") == refused
    assert error_code(start, stateMachineArn=machine, input="no JSON") == "InvalidExecutionInput"
    assert error_code(send, taskToken=token, output=largest) is None
    assert cloud.ended(execution)["status"] == "SUCCEEDED"


def test_an_oversized_state_output_fails_the_execution(cloud: Cloud) -> None:
    half = "x" * 140_000
    state = {"Type": "Pass", "Parameters": {"a.$": "$.half", "b.$": "$.half"}}
    execution = cloud.start(state, {"half": half})
    assert cloud.ended(execution)["error"] == "States.DataLimitExceeded"


def test_activities_have_tags(cloud: Cloud) -> None:
    client = cloud.client("stepfunctions")
    tags = [{"key": "a", "value": "1"}]
    arn = client.create_activity(name=unique("activity"), tags=tags)["activityArn"]
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == tags
    client.tag_resource(resourceArn=arn, tags=[{"key": "b", "value": "2"}])
    client.untag_resource(resourceArn=arn, tagKeys=["a"])
    left = client.list_tags_for_resource(resourceArn=arn)["tags"]
    assert left == [{"key": "b", "value": "2"}]


def test_tracing_is_described_as_set(cloud: Cloud) -> None:
    client = cloud.client("stepfunctions")
    machine = cloud.machine({"StartAt": "Only", "States": {"Only": {"Type": "Succeed"}}})

    def tracing() -> Any:
        return client.describe_state_machine(stateMachineArn=machine)["tracingConfiguration"]

    assert tracing() == {"enabled": False}
    client.update_state_machine(stateMachineArn=machine, tracingConfiguration={"enabled": True})
    assert tracing() == {"enabled": True}
