"""JSONata states: every kind of state, variables, and errors that Retry and Catch see."""

import json
from typing import Any

from cloud import Cloud, wait_for
from states import activity_state

type State = dict[str, Any]


def ended(cloud: Cloud, states: dict[str, State], given: object = None, **top: Any) -> Any:
    """Run a JSONata machine whose first state is the first given."""
    definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
    return cloud.ended(cloud.execute(cloud.machine({**definition, **top}), given))


def output(cloud: Cloud, value: Any, given: object = None) -> Any:
    """Return the output of a Pass state with this Output."""
    run = ended(cloud, {"Only": {"Type": "Pass", "Output": value, "End": True}}, given)
    assert run["status"] == "SUCCEEDED", run
    return json.loads(run["output"])


def test_values_pass_unchanged(cloud: Cloud) -> None:
    given = {"big": 9007199254740993, "f": 1.5, "n": None, "s": 'a"\\\n{% x %}', "l": [[], [1]]}
    assert output(cloud, "{% $states.input %}", given) == given
    assert output(cloud, {"a": ["{% $states.input.n %}", "x", 1]}, given) == {"a": [None, "x", 1]}
    assert output(cloud, "{% $states.context.Execution.Input.big %}", given) == given["big"]


def test_a_choice_a_wait_and_variables(cloud: Cloud) -> None:
    states: dict[str, State] = {
        "First": {
            "Type": "Pass",
            "Assign": {"who": "{% $states.input.who %}", "n": 1},
            "Output": {"old": "{% $exists($who) %}"},
            "Next": "Pick",
        },
        "Pick": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $who = 'me' %}", "Next": "Pause"}],
            "Default": "Other",
        },
        "Pause": {
            "Type": "Wait",
            "Seconds": "{% $n - 1 %}",
            "Assign": {"n": "{% $n + 1 %}"},
            "Output": "{% $merge([$states.input, {'n': $n}]) %}",
            "Next": "Done",
        },
        "Done": {"Type": "Succeed", "Output": "{% $merge([$states.input, {'now': $n}]) %}"},
        "Other": {"Type": "Fail", "Error": "{% 'E.' & $who %}", "Cause": "{% $string($n) %}"},
    }
    mine = ended(cloud, states, {"who": "me"})
    assert json.loads(mine["output"]) == {"old": False, "n": 1, "now": 2}
    other = ended(cloud, states, {"who": "you"})
    assert (other["error"], other["cause"]) == ("E.you", "1")


def test_a_parallel_has_arguments_and_output(cloud: Cloud) -> None:
    branches = [
        {"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}} for name in ("A", "B")
    ]
    state = {
        "Type": "Parallel",
        "Arguments": {"a": "{% $states.input.n %}"},
        "Branches": branches,
        "Output": "{% $states.result[1] %}",
        "End": True,
    }
    assert json.loads(ended(cloud, {"P": state}, {"n": 3})["output"]) == {"a": 3}


def test_a_map_has_items_and_a_selector(cloud: Cloud) -> None:
    item = {"Type": "Pass", "Output": "{% $states.input.v * 2 %}", "End": True}
    state = {
        "Type": "Map",
        "Items": "{% $range(1, 3, 1) %}",
        "MaxConcurrency": "{% 2 %}",
        "ItemSelector": {"v": "{% $states.context.Map.Item.Value + $states.input.plus %}"},
        "ItemProcessor": {"StartAt": "In", "States": {"In": item}},
        "Output": {"sum": "{% $sum($states.result) %}"},
        "End": True,
    }
    assert json.loads(ended(cloud, {"M": state}, {"plus": 10})["output"]) == {"sum": 72}


def test_an_activity_has_arguments_limits_and_output(cloud: Cloud) -> None:
    activity, client = cloud.activity(), cloud.client("stepfunctions")
    state = activity_state(
        activity,
        Arguments={"x": "{% $states.input.a %}"},
        TimeoutSeconds="{% $states.input.limit %}",
        HeartbeatSeconds="{% $states.input.limit - 1 %}",
        Output={"got": "{% $states.result.y %}", "in": "{% $states.input.a %}"},
        QueryLanguage="JSONata",
    )
    execution = cloud.start(state, {"a": 1, "limit": 9})  # In a JSONPath machine.
    task = client.get_activity_task(activityArn=activity)
    assert task["input"] == '{"x":1}'
    client.send_task_success(taskToken=task["taskToken"], output='{"y":2}')
    assert json.loads(cloud.ended(execution)["output"]) == {"got": 2, "in": 1}
    events = client.get_execution_history(executionArn=execution)["events"]
    scheduled = events[2]["activityScheduledEventDetails"]
    assert (scheduled["timeoutInSeconds"], scheduled["heartbeatInSeconds"]) == (9, 8)


def test_a_request_and_an_activity_in_a_parallel(cloud: Cloud) -> None:
    """The states that the product's module `activity` renders, in a JSONPath machine."""
    (url, _), activity = cloud.queue(), cloud.activity()
    body = {"execution_arn": "{% $states.context.Execution.Id %}"}
    body["state_entered_at"] = "{% $states.context.State.EnteredTime %}"
    request = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Arguments": {"QueueUrl": url, "MessageBody": body},
        "Output": "{% $states.input %}",
        "QueryLanguage": "JSONata",
        "Next": "Activity",
    }
    wait = activity_state(activity, HeartbeatSeconds=30, TimeoutSeconds=60, End=True)
    branch = {"StartAt": "Request", "States": {"Request": request, "Activity": wait}}
    state = {"Type": "Parallel", "Branches": [branch], "Output": "{% $states.result[0] %}"}
    execution = cloud.start({**state, "QueryLanguage": "JSONata"}, {"n": [1]})
    client = cloud.client("stepfunctions")
    task = client.get_activity_task(activityArn=activity)
    assert task["input"] == '{"n":[1]}'
    client.send_task_success(taskToken=task["taskToken"], output='{"a":1}')
    assert json.loads(cloud.ended(execution)["output"]) == {"a": 1}
    sent = cloud.client("sqs").receive_message(QueueUrl=url)["Messages"][0]
    assert json.loads(sent["Body"])["execution_arn"] == execution


TOKEN = "{% $states.context.Task.Token %}"


def test_a_message_carries_a_callback_token(cloud: Cloud) -> None:
    url, _ = cloud.queue()
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Arguments": {"QueueUrl": url, "MessageBody": {"t": TOKEN, "i": "{% $states.input %}"}},
        "HeartbeatSeconds": 20,
        "Output": "{% $states.result %}",
        "QueryLanguage": "JSONata",
    }
    execution = cloud.start(state, {"a": [1]})
    receive = cloud.client("sqs").receive_message
    (message,) = wait_for(lambda: receive(QueueUrl=url, WaitTimeSeconds=5).get("Messages"))
    body = json.loads(message["Body"])
    assert body["i"] == {"a": [1]}
    cloud.client("stepfunctions").send_task_success(taskToken=body["t"], output='"ok"')
    assert cloud.ended(execution)["output"] == '"ok"'


def test_a_function_gets_a_callback_token(cloud: Cloud) -> None:
    code = "import boto3, os\ndef handle(event, context):\n"
    code += "    c = boto3.client('stepfunctions', endpoint_url=os.environ['AWS_ENDPOINT_URL'])\n"
    code += "    c.send_task_success(taskToken=event['t'], output='5')\n"
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Arguments": {"FunctionName": cloud.function(code), "Payload": {"t": TOKEN}},
        "TimeoutSeconds": 20,
        "Output": "{% $states.result + 1 %}",
        "End": True,
    }
    run = ended(cloud, {"Call": state})
    assert run.get("output") == "6", run


def test_catch_sees_error_output_and_sets_variables(cloud: Cloud) -> None:
    activity, client = cloud.activity(), cloud.client("stepfunctions")
    caught = {
        "ErrorEquals": ["Job.Failed"],
        "Assign": {"why": "{% $states.errorOutput.Cause %}"},
        "Output": "{% $merge([$states.input, $states.errorOutput]) %}",
        "Next": "After",
    }
    states = {
        "Task": activity_state(activity, Catch=[caught], End=True),
        "After": {"Type": "Pass", "Output": ["{% $states.input %}", "{% $why %}"], "End": True},
    }
    definition = {"QueryLanguage": "JSONata", "StartAt": "Task", "States": states}
    execution = cloud.execute(cloud.machine(definition), {"k": 1})
    client.send_task_failure(taskToken=cloud.take(activity), error="Job.Failed", cause="x")
    expected = [{"k": 1, "Error": "Job.Failed", "Cause": "x"}, "x"]
    assert json.loads(cloud.ended(execution)["output"]) == expected
