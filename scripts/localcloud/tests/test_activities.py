"""Step Functions activities behave as AWS documents them."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from cloud import Cloud, error_code, unique, wait_for
from localstack.services.stepfunctions.asl.eval.callback.callback import (
    ActivityCallbackEndpoint,
    ActivityTaskStartEndpoint,
    CallbackEndpoint,
)

from localcloud.stepfunctions import early_reports

type State = dict[str, Any]


def activity_state(arn: str, **more: Any) -> State:
    """A state that waits on the activity."""
    return {"Type": "Task", "Resource": arn, **more}


def in_parallel(state: State) -> State:
    """The state in the one branch of a Parallel."""
    return {
        "Type": "Parallel",
        "Branches": [{"StartAt": "Inner", "States": {"Inner": {**state, "End": True}}}],
    }


def in_map(state: State) -> State:
    """The state for each of `items` in a Map."""
    processor = {"StartAt": "Inner", "States": {"Inner": {**state, "End": True}}}
    return {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor}


def itself(state: State) -> State:
    """The state, not wrapped."""
    return state


SHAPES = pytest.mark.parametrize("shape", [itself, in_parallel, in_map])
ITEMS = {"items": [1]}


def test_a_task_goes_its_way_and_the_history_tells_it(cloud: Cloud) -> None:
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


def test_a_lost_client_gets_no_task(cloud: Cloud) -> None:
    activity = cloud.activity()
    impatient = cloud.client("stepfunctions", read_timeout=0.2)
    with pytest.raises(ReadTimeoutError):
        impatient.get_activity_task(activityArn=activity)
    execution = cloud.start(activity_state(activity))
    cloud.client("stepfunctions").send_task_success(taskToken=cloud.take(activity), output="1")
    assert cloud.ended(execution)["status"] == "SUCCEEDED"


def test_a_worker_may_report_at_once(cloud: Cloud) -> None:
    """Fifty tasks, each beaten and settled the moment that its token is there."""
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


def test_reports_are_received_before_the_state_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process: no client can be quick enough to show it each time."""
    for name in ("__init__", "setup_heartbeat_endpoint"):
        original = getattr(CallbackEndpoint, name)
        monkeypatch.setattr(CallbackEndpoint, name, original)
    monkeypatch.setattr(ActivityTaskStartEndpoint, "_outcome", None, raising=False)
    assert not ActivityCallbackEndpoint("token", "{}").notify_heartbeat(), "as LocalStack has it"
    early_reports.install()
    endpoint = ActivityCallbackEndpoint("token", "{}")
    assert endpoint.notify_heartbeat()
    assert endpoint.setup_heartbeat_endpoint(heartbeat_seconds=60).clear_and_wait()


def test_a_heartbeat_needs_no_heartbeat_seconds(cloud: Cloud) -> None:
    activity, client = cloud.activity(), cloud.client("stepfunctions")
    cloud.start(activity_state(activity))
    token = cloud.take(activity)
    client.send_task_heartbeat(taskToken=token)
    client.send_task_success(taskToken=token, output="1")


@pytest.mark.parametrize(
    ("limits", "error", "seconds"),
    [
        ({"HeartbeatSeconds": 1, "TimeoutSeconds": 30}, "States.HeartbeatTimeout", 1),
        ({"TimeoutSeconds": 1}, "States.Timeout", 1),
    ],
)
def test_the_clocks_run_from_the_start_of_the_task(
    cloud: Cloud, limits: State, error: str, seconds: int
) -> None:
    activity = cloud.activity()
    execution = cloud.start(activity_state(activity, **limits))
    wait_for(lambda: "ActivityScheduled" in cloud.history(execution))
    scheduled = time.monotonic()
    wait_for(lambda: time.monotonic() > scheduled + 1.2)
    token = cloud.take(activity)
    begun = time.monotonic()
    ended = cloud.ended(execution)
    assert ended["error"] == error
    assert seconds - 0.2 < time.monotonic() - begun < seconds + 1
    assert cloud.history(execution)[-3:] == [
        "ActivityStarted",
        "ActivityTimedOut",
        "ExecutionFailed",
    ]
    client = cloud.client("stepfunctions")
    assert error_code(client.send_task_heartbeat, taskToken=token) == "TaskTimedOut"


def test_heartbeats_keep_a_task_but_not_beyond_its_timeout(cloud: Cloud) -> None:
    activity, client = cloud.activity(), cloud.client("stepfunctions")
    execution = cloud.start(activity_state(activity, HeartbeatSeconds=1, TimeoutSeconds=2))
    token, begun = cloud.take(activity), time.monotonic()
    wait_for(
        lambda: error_code(client.send_task_heartbeat, taskToken=token) == "TaskTimedOut", every=0.2
    )
    assert 1.8 < time.monotonic() - begun < 3
    assert cloud.ended(execution)["error"] == "States.Timeout"


@pytest.mark.parametrize("shape", [in_parallel, in_map])
def test_a_timeout_in_a_branch_is_retried_by_name(
    cloud: Cloud, shape: Callable[[State], State]
) -> None:
    activity = cloud.activity()
    retry = [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    state = {**shape(activity_state(activity, HeartbeatSeconds=1)), "Retry": retry}
    execution = cloud.start(state, ITEMS)
    first, second = cloud.take(activity), cloud.take(activity)
    assert first != second
    cloud.client("stepfunctions").send_task_success(taskToken=second, output="1")
    assert cloud.ended(execution)["status"] == "SUCCEEDED"


@SHAPES
@pytest.mark.parametrize("taken", [False, True])
def test_stop_ends_an_execution_that_waits(
    cloud: Cloud, shape: Callable[[State], State], taken: bool
) -> None:
    activity, client = cloud.activity(), cloud.client("stepfunctions")
    execution = cloud.start(shape(activity_state(activity, HeartbeatSeconds=60)), ITEMS)
    wait_for(lambda: "ActivityScheduled" in cloud.history(execution))
    token = cloud.take(activity) if taken else ""
    client.stop_execution(executionArn=execution, error="Why", cause="because")
    ended = cloud.ended(execution, seconds=1)
    assert (ended["status"], ended["error"], ended["cause"]) == ("ABORTED", "Why", "because")
    assert cloud.history(execution)[-1] == "ExecutionAborted"
    assert not {"ActivityTimedOut", "ExecutionFailed"} & set(cloud.history(execution))
    if taken:
        late = error_code(client.send_task_success, taskToken=token, output="1")
        assert late == "TaskTimedOut"


@SHAPES
def test_an_execution_timeout_ends_one_that_waits(
    cloud: Cloud, shape: Callable[[State], State]
) -> None:
    activity, client = cloud.activity(), cloud.client("stepfunctions")
    execution = cloud.start(shape(activity_state(activity)), ITEMS, TimeoutSeconds=1)
    token = cloud.take(activity)
    assert cloud.ended(execution)["status"] == "TIMED_OUT"
    wait_for(lambda: cloud.history(execution)[-1] == "ExecutionTimedOut")
    assert error_code(client.send_task_heartbeat, taskToken=token) == "TaskTimedOut"


def test_stop_ends_an_execution_between_two_attempts(cloud: Cloud) -> None:
    activity, client = cloud.activity(), cloud.client("stepfunctions")
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 60}]
    execution = cloud.start(activity_state(activity, Retry=retry))
    client.send_task_failure(taskToken=cloud.take(activity), error="Job.Failed")
    wait_for(lambda: "ActivityFailed" in cloud.history(execution))
    client.stop_execution(executionArn=execution)
    assert cloud.ended(execution, seconds=2)["status"] == "ABORTED"


def test_an_execution_can_be_stopped_as_soon_as_it_is_started(cloud: Cloud) -> None:
    execution = cloud.start(activity_state(cloud.activity()))
    cloud.client("stepfunctions").stop_execution(executionArn=execution)
    assert cloud.ended(execution)["status"] == "ABORTED"


def test_tasks_of_ended_executions_are_not_handed_out(cloud: Cloud) -> None:
    activity, client = cloud.activity(), cloud.client("stepfunctions")
    stopped = cloud.start(activity_state(activity), {"which": "stopped"})
    wait_for(lambda: "ActivityScheduled" in cloud.history(stopped))
    client.stop_execution(executionArn=stopped)
    cloud.ended(stopped)
    cloud.start(activity_state(activity), {"which": "running"})
    task = client.get_activity_task(activityArn=activity)
    assert json.loads(task["input"]) == {"which": "running"}
    client.send_task_success(taskToken=task["taskToken"], output="1")


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


def test_a_token_that_never_was_is_invalid(cloud: Cloud) -> None:
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


def test_a_state_output_that_is_too_large_fails_the_execution(cloud: Cloud) -> None:
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


def test_tracing_is_described_as_it_was_set(cloud: Cloud) -> None:
    client = cloud.client("stepfunctions")
    machine = cloud.machine({"StartAt": "Only", "States": {"Only": {"Type": "Succeed"}}})

    def tracing() -> Any:
        return client.describe_state_machine(stateMachineArn=machine)["tracingConfiguration"]

    assert tracing() == {"enabled": False}
    client.update_state_machine(stateMachineArn=machine, tracingConfiguration={"enabled": True})
    assert tracing() == {"enabled": True}
