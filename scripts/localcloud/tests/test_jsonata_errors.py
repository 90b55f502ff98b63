"""Errors of expressions: their name and event, and that Retry and Catch see them."""

from typing import Any

import pytest
from cloud import Cloud
from states import activity_state
from test_jsonata import ended

type State = dict[str, Any]


BAD = {
    "undefined": "{% $states.input.nothing %}",
    "a type error": "{% 'a' + 1 %}",
    "not JSON": "{% $sum %}",
    "infinite": "{% 1 / 0 %}",
}


@pytest.mark.parametrize("expression", BAD.values(), ids=BAD)
def test_a_failed_expression_is_an_error_with_one_event(cloud: Cloud, expression: str) -> None:
    state = {"Type": "Pass", "Output": {"a": expression}, "End": True}
    run = ended(cloud, {"Only": state})
    assert run["error"] == "States.QueryEvaluationError"
    assert expression[2:-2].strip() in run["cause"]
    events = cloud.client("stepfunctions").get_execution_history(executionArn=run["executionArn"])
    failed = [event for event in events["events"] if event["type"] == "EvaluationFailed"]
    assert [event["evaluationFailedEventDetails"]["state"] for event in failed] == ["Only"]


@pytest.mark.parametrize("field", ["Output", "Assign", "Arguments"])
@pytest.mark.parametrize("kind", ["Task", "Parallel"])
def test_retry_and_catch_match_a_failed_expression(cloud: Cloud, kind: str, field: str) -> None:
    url, _ = cloud.queue()
    branch = {"StartAt": "In", "States": {"In": {"Type": "Pass", "End": True}}}
    task: State = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Arguments": {"QueueUrl": url, "MessageBody": "x"},
    }
    error = {"ErrorEquals": ["States.QueryEvaluationError"]}
    state = {
        **({"Type": "Parallel", "Branches": [branch]} if kind == "Parallel" else task),
        field: {"QueueUrl": "{% $states.input.nothing %}"},
        "Retry": [{**error, "IntervalSeconds": 1, "MaxAttempts": 1}],
        "Catch": [{**error, "Output": "caught", "Next": "After"}],
        "End": True,
    }
    run = ended(cloud, {"Only": state, "After": {"Type": "Succeed"}})
    assert run.get("output") == '"caught"', run
    assert cloud.history(run["executionArn"]).count("EvaluationFailed") == 2


RULES = {
    "JSONPath": {"Variable": "$.a", "IsPresent": True, "Next": "End"},
    "JSONata": {"Condition": "{% $exists($states.input.a) %}", "Next": "End"},
}


@pytest.mark.parametrize("language", RULES)
def test_a_choice_without_a_match_has_an_error_of_its_own(cloud: Cloud, language: str) -> None:
    choice = {"Type": "Choice", "Choices": [RULES[language]]}
    states: dict[str, State] = {"Pick": choice, "End": {"Type": "Succeed"}}
    run = ended(cloud, states, QueryLanguage=language)
    assert run["error"] == "States.NoChoiceMatched", run
    assert ended(cloud, states, {"a": 1}, QueryLanguage=language)["status"] == "SUCCEEDED"


WRONG: dict[str, State] = {
    "Seconds": {"Type": "Wait", "Seconds": "{% '1' %}", "End": True},
    "Condition": {"Type": "Choice", "Choices": [{"Condition": "{% 'x' %}", "Next": "Wrong"}]},
    "TimeoutSeconds": activity_state("", TimeoutSeconds="{% 1.5 %}", End=True),
    "Items": {
        "Type": "Map",
        "Items": "{% 'x' %}",
        "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Succeed"}}},
        "End": True,
    },
}


@pytest.mark.parametrize("field", WRONG)
def test_a_value_of_the_wrong_kind_is_an_error(cloud: Cloud, field: str) -> None:
    state = WRONG[field]
    if state["Type"] == "Task":
        state = {**state, "Resource": cloud.activity()}
    run = ended(cloud, {"Wrong": state})
    assert run["error"] == "States.QueryEvaluationError", run
    assert f"'{field}'" in run["cause"]
