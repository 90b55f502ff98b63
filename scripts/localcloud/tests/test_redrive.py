"""RedriveExecution runs what did not succeed, and nothing else."""

import itertools
import json
import time
from typing import Any

import pytest
from cloud import Cloud, error_code, wait_for
from states import activity_state
from test_callbacks import callback_state, sent

type State = dict[str, Any]

_NUMBERS = itertools.count(1)


def fail(cloud: Cloud, activity: str, error: str = "Job.Failed") -> None:
    """Take the activity's next task, and fail it."""
    client = cloud.client("stepfunctions")
    client.send_task_failure(taskToken=cloud.take(activity), error=error)


def succeed(cloud: Cloud, activity: str, output: str = "1") -> Any:
    """Take the activity's next task, complete it, and return its input."""
    client = cloud.client("stepfunctions")
    task = client.get_activity_task(activityArn=activity)
    client.send_task_success(taskToken=task["taskToken"], output=output)
    return json.loads(task["input"])


def redrive(cloud: Cloud, execution: str, **more: str) -> Any:
    """Redrive an execution; return the answer's date."""
    answer = cloud.client("stepfunctions").redrive_execution(executionArn=execution, **more)
    return answer["redriveDate"]


def branch(state: State) -> State:
    """Return a branch of one state, whose name no other branch has."""
    name = f"In {next(_NUMBERS)}"
    return {"StartAt": name, "States": {name: {**state, "End": True}}}


def test_a_failed_task_runs_again_with_its_input(cloud: Cloud) -> None:
    activity = cloud.activity()
    states = {
        "First": {"Type": "Pass", "Parameters": {"a.$": "$.n"}, "Next": "Task"},
        "Task": activity_state(activity, Next="Last"),
        "Last": {"Type": "Pass", "End": True},
    }
    execution = cloud.execute(cloud.machine({"StartAt": "First", "States": states}), {"n": 5})
    fail(cloud, activity)
    before = cloud.ended(execution)
    assert (before["redriveCount"], before["redriveStatus"]) == (0, "REDRIVABLE")
    assert "redriveStatusReason" not in before
    date = redrive(cloud, execution)
    running = cloud.describe(execution)
    assert (running["status"], running["redriveDate"]) == ("RUNNING", date)
    assert "error" not in running
    assert succeed(cloud, activity, '{"done":1}') == {"a": 5}
    after = cloud.ended(execution)
    assert (after["status"], after["output"]) == ("SUCCEEDED", '{"done":1}')
    assert (after["redriveStatus"], after["redriveCount"]) == ("NOT_REDRIVABLE", 1)
    assert after["redriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"
    assert (after["startDate"], after["input"]) == (before["startDate"], before["input"])
    history = cloud.history(execution)
    assert history.count("ExecutionRedriven") == history.count("PassStateExited") - 1 == 1
    assert history[history.index("ExecutionFailed") :] == [
        *("ExecutionFailed", "ExecutionRedriven", "ActivityScheduled", "ActivityStarted"),
        *("ActivitySucceeded", "TaskStateExited", "PassStateEntered", "PassStateExited"),
        "ExecutionSucceeded",
    ]


def test_only_the_failed_branch_runs_again(cloud: Cloud) -> None:
    good, bad, slow = (cloud.activity() for _ in range(3))
    branches = [branch(activity_state(arn)) for arn in (good, bad, slow)]
    execution = cloud.start({"Type": "Parallel", "Branches": branches}, {"n": 1})
    succeed(cloud, good, '"good"')
    wait_for(lambda: "TaskStateExited" in cloud.history(execution))
    aborted = cloud.take(slow)
    fail(cloud, bad)
    cloud.ended(execution)
    redrive(cloud, execution)
    client = cloud.client("stepfunctions")
    code = error_code(client.send_task_success, taskToken=aborted, output="1")
    assert code == "TaskTimedOut"
    assert succeed(cloud, bad, '"bad"') == succeed(cloud, slow, '"slow"') == {"n": 1}
    after = cloud.ended(execution)
    assert json.loads(after["output"]) == ["good", "bad", "slow"]
    assert cloud.history(execution).count("ActivityScheduled") == 5


def test_only_failed_items_run_again(cloud: Cloud) -> None:
    activity = cloud.activity()
    state = {
        "Type": "Map",
        "ItemsPath": "$.items",
        "MaxConcurrency": 1,
        "ItemProcessor": branch(activity_state(activity)),
    }
    execution = cloud.start(state, {"items": [10, 20, 30]})
    assert succeed(cloud, activity, '"a"') == 10
    fail(cloud, activity)
    cloud.ended(execution)
    redrive(cloud, execution)
    assert [succeed(cloud, activity, '"b"'), succeed(cloud, activity, '"c"')] == [20, 30]
    assert json.loads(cloud.ended(execution)["output"]) == ["a", "b", "c"]


def test_a_nested_branch_is_redriven_more_than_once(cloud: Cloud) -> None:
    good, bad = cloud.activity(), cloud.activity()
    inner = {
        "Type": "Parallel",
        "Branches": [branch(activity_state(good)), branch(activity_state(bad))],
    }
    execution = cloud.start({"Type": "Parallel", "Branches": [branch(inner)]})
    succeed(cloud, good)
    wait_for(lambda: "TaskStateExited" in cloud.history(execution))
    for _ in range(2):
        fail(cloud, bad)
        cloud.ended(execution)
        redrive(cloud, execution)
    succeed(cloud, bad)
    after = cloud.ended(execution)
    assert (after["output"], after["redriveCount"]) == ("[[1,1]]", 2)


def test_retries_count_from_zero_and_run_whole_parallels(cloud: Cloud) -> None:
    good, bad = cloud.activity(), cloud.activity()
    retry = [{"ErrorEquals": ["Job.Failed"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    branches = [branch(activity_state(arn)) for arn in (good, bad)]
    execution = cloud.start({"Type": "Parallel", "Branches": branches, "Retry": retry})
    for _ in range(2):
        succeed(cloud, good)
        fail(cloud, bad)
    cloud.ended(execution)
    redrive(cloud, execution)
    fail(cloud, bad)  # The good branch succeeded, and its retry is the whole state again.
    succeed(cloud, good)
    succeed(cloud, bad)
    assert cloud.ended(execution)["status"] == "SUCCEEDED"


def test_a_callback_runs_again_with_another_token(cloud: Cloud) -> None:
    url, _ = cloud.queue()
    client = cloud.client("stepfunctions")
    execution = cloud.start(callback_state(url, TimeoutSeconds=60), {"n": 1})
    first = sent(cloud, url)["token"]
    client.stop_execution(executionArn=execution)
    assert cloud.ended(execution)["redriveStatus"] == "REDRIVABLE"
    redrive(cloud, execution)
    queue = cloud.client("sqs")

    def again() -> Any:
        found = queue.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])
        bodies = [json.loads(message["Body"]) for message in found]
        return [body for body in bodies if body["token"] != first]

    (second,) = wait_for(again)
    assert second["input"] == '{"n":1}'
    client.send_task_success(taskToken=second["token"], output="2")
    assert cloud.ended(execution)["output"] == "2"


def test_a_timed_out_execution_gets_its_whole_time_again(cloud: Cloud) -> None:
    activity = cloud.activity()
    execution = cloud.start(activity_state(activity), TimeoutSeconds=2)
    assert cloud.ended(execution)["status"] == "TIMED_OUT"
    redrive(cloud, execution)
    time.sleep(0.5)
    succeed(cloud, activity)
    assert cloud.ended(execution)["status"] == "SUCCEEDED"


def test_variables_are_kept(cloud: Cloud) -> None:
    activity = cloud.activity()
    states = {
        "First": {"Type": "Pass", "Assign": {"x": "{% $states.input.n + 1 %}"}, "Next": "Task"},
        "Task": activity_state(activity, Arguments={"x": "{% $x %}"}, End=True),
    }
    definition = {"QueryLanguage": "JSONata", "StartAt": "First", "States": states}
    execution = cloud.execute(cloud.machine(definition), {"n": 1})
    fail(cloud, activity)
    cloud.ended(execution)
    redrive(cloud, execution)
    assert succeed(cloud, activity) == {"x": 2}
    cloud.ended(execution)


def test_the_same_token_redrives_once(cloud: Cloud) -> None:
    activity, client = cloud.activity(), cloud.client("stepfunctions")
    execution = cloud.start(activity_state(activity))
    fail(cloud, activity)
    cloud.ended(execution)
    assert redrive(cloud, execution, clientToken="a") == redrive(cloud, execution, clientToken="a")
    other = error_code(client.redrive_execution, executionArn=execution, clientToken="b")
    assert other == "ExecutionNotRedrivable"
    succeed(cloud, activity)
    assert cloud.ended(execution)["redriveCount"] == 1
    listed = client.list_executions(stateMachineArn=cloud.describe(execution)["stateMachineArn"])
    assert listed["executions"][0]["redriveCount"] == 1


@pytest.mark.parametrize("kind", ["succeeded", "unknown", "malformed"])
def test_what_cannot_be_redriven(cloud: Cloud, kind: str) -> None:
    client, execution = cloud.client("stepfunctions"), cloud.start({"Type": "Pass"})
    cloud.ended(execution)
    arn = {"succeeded": execution, "unknown": execution + "x", "malformed": "arn:x"}[kind]
    expected = {
        "succeeded": "ExecutionNotRedrivable",
        "unknown": "ExecutionDoesNotExist",
        "malformed": "InvalidArn",
    }
    assert error_code(client.redrive_execution, executionArn=arn) == expected[kind]


def test_status_events_count_redrives(cloud: Cloud) -> None:
    (url, queue), activity, events = cloud.queue(), cloud.activity(), cloud.client("events")
    cloud.open_to(url, queue, "events")
    pattern = {"source": ["aws.states"], "detail": {"redriveCount": [1]}}
    events.put_rule(Name="redrives", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="redrives", Targets=[{"Id": "queue", "Arn": queue}])
    execution = cloud.start(activity_state(activity), {"n": 1})
    fail(cloud, activity)
    cloud.ended(execution)
    redrive(cloud, execution)
    receive = cloud.client("sqs").receive_message
    (message,) = wait_for(lambda: receive(QueueUrl=url, WaitTimeSeconds=5).get("Messages"))
    detail = json.loads(message["Body"])["detail"]
    assert (detail["status"], detail["executionArn"]) == ("RUNNING", execution)
    assert isinstance(detail["startDate"], int)
    assert (detail["stopDate"], detail["error"], detail["input"]) == (None, None, '{"n":1}')
    events.remove_targets(Rule="redrives", Ids=["queue"])
    events.delete_rule(Name="redrives")
    succeed(cloud, activity)
