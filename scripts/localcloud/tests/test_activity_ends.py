"""Timeouts and stops end states that wait on an activity, as AWS documents."""

import json
import time
from collections.abc import Callable

import pytest
from cloud import Cloud, error_code, wait_for
from states import State, activity_state, in_map, in_parallel, itself

SHAPES = pytest.mark.parametrize("shape", [itself, in_parallel, in_map])
ITEMS = {"items": [1]}


@pytest.mark.parametrize(
    ("limits", "error", "seconds"),
    [
        ({"HeartbeatSeconds": 1, "TimeoutSeconds": 30}, "States.HeartbeatTimeout", 1),
        ({"TimeoutSeconds": 1}, "States.Timeout", 1),
    ],
)
def test_the_timeouts_run_from_the_start_of_the_task(
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


def test_heartbeats_keep_a_task_alive_until_its_timeout(cloud: Cloud) -> None:
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
def test_stop_ends_a_waiting_execution(
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
def test_an_execution_timeout_ends_a_waiting_execution(
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


def test_an_execution_can_be_stopped_right_after_its_start(cloud: Cloud) -> None:
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
