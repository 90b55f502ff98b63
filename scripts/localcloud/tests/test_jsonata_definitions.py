"""What JSONata definitions may contain, and the functions of expressions."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cloud import ROLE, Cloud, unique
from states import activity_state

from localcloud.stepfunctions.jsonata.expressions import EvaluationError, parse

INNER = {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}
TASK = activity_state("arn:aws:states:us-east-1:000000000000:activity:a", End=True)
PASS = {"Type": "Pass", "End": True}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a JSONPath state": ({**PASS, "QueryLanguage": "JSONPath"}, ""),
    "Parameters": ({**TASK, "Parameters": {"a": 1}}, ""),
    "ResultPath": ({**TASK, "ResultPath": None}, ""),
    "OutputPath": ({**PASS, "OutputPath": "$.a"}, ""),
    "InputPath": ({**TASK, "InputPath": "$.a"}, ""),
    "ResultSelector": ({**TASK, "ResultSelector": {"a.$": "$.b"}}, ""),
    "TimeoutSecondsPath": ({**TASK, "TimeoutSecondsPath": "$.a"}, ""),
    "a path in a branch": ({"Type": "Parallel", "End": True, "Branches": [
        {"StartAt": "I", "States": {"I": {**PASS, "InputPath": "$.a"}}}]}, ""),
    "a bare name": ({**PASS, "Output": {"v": ["{% phone %}"]}},
        "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported. "
        "at /States/S/Output/v[0]"),
    "the context": ({**PASS, "Output": "{% $.a %}"}, "Reference to '$' at the top level"),
    "the root": ({**PASS, "Output": "{% $$.a %}"}, "Reference to '$$' is not supported"),
    "eval": ({**PASS, "Output": "{% $eval('1') %}"}, "$eval"),
    "a syntax error": ({**PASS, "Output": "{% 1 + %}"}, "INVALID_JSONATA_EXPRESSION: Unexpected"),
    "no end": ({**PASS, "Output": "{% 1"}, "INVALID_JSONATA_EXPRESSION"),
    "a result of a Pass": ({**PASS, "Output": "{% $states.result %}"},
        "Field '$states.result' does not exist"),
    "an error outside Catch": ({**TASK, "Output": "{% $states.errorOutput %}"},
        "Field '$states.errorOutput' does not exist"),
}  # fmt: skip


def refusal(cloud: Cloud, state: dict[str, Any], language: str = "JSONata") -> str:
    """Return the message that CreateStateMachine refuses the state with; empty if it takes it."""
    client = cloud.client("stepfunctions")
    definition = {"QueryLanguage": language, "StartAt": "S", "States": {"S": state}}
    named = {"name": unique("machine"), "roleArn": ROLE}
    try:
        client.create_state_machine(definition=json.dumps(definition), **named)
    except client.exceptions.InvalidDefinition as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", REFUSED)
def test_a_jsonata_machine_refuses(cloud: Cloud, name: str) -> None:
    state, message = REFUSED[name]
    refused = refusal(cloud, state)
    assert refused
    assert message in refused


@pytest.mark.parametrize("field", ["Arguments", "Output"])
def test_a_jsonpath_state_refuses_fields_of_jsonata(cloud: Cloud, field: str) -> None:
    assert refusal(cloud, {**TASK, field: {"a": 1}}, "JSONPath")
    assert not refusal(cloud, {**TASK, field: {"a": 1}, "QueryLanguage": "JSONata"}, "JSONPath")


ACCEPTED = [
    "{% $states.input.items[price > 3] %}",
    "{% $states.input.items.{'a': b} %}",
    "{% $map($states.input.items, function($i) { $i.price }) %}",
    "{% $states.result^(>a) %}",
    "{% $sort($states.result, function($l, $r) { $l.a > $r.a }) %}",
    "{% $unknown %}",
]


@pytest.mark.parametrize("expression", ACCEPTED)
def test_names_in_later_steps_are_accepted(cloud: Cloud, expression: str) -> None:
    assert not refusal(cloud, {**TASK, "Output": expression})


def value(text: str, **variables: Any) -> Any:
    """Evaluate an expression."""
    return parse(text).evaluate(variables)


def test_functions_of_step_functions() -> None:
    assert value("$partition([1..5], 2)") == [[1, 2], [3, 4], [5]]
    assert value("$range(0, 10, 5)") == [0, 5, 10]
    assert value("$range(3, 1, -1)") == [3, 2, 1]
    assert value("$hash('a', 'MD5')") == "0cc175b9c0f1b6a831c399e269772661"
    assert len(value("$hash('a', 'SHA-512')")) == 128
    assert value("$random(7) = $random(7)")
    assert value("$uuid() != $uuid()")
    assert value("$parse('{\"a\": null}')") == {"a": None}
    assert value("$parse('null')") is None


BAD_ARGUMENTS = [
    "$partition([1], 0)",
    "$partition(1, 1)",
    "$range(0, 1, 0)",
    "$range(0, 5000, 1)",
    "$range('a', 1, 1)",
    "$hash('a', 'CRC')",
    "$hash(1, 'MD5')",
    "$parse('{')",
    "$random('a')",
]


@pytest.mark.parametrize("text", BAD_ARGUMENTS)
def test_functions_refuse_bad_arguments(text: str) -> None:
    with pytest.raises(EvaluationError, match="threw an error"):
        value(text)


def test_null_is_not_undefined() -> None:
    assert value("$x", x=None) is None
    assert value("$x.a", x={"a": None}) is None
    with pytest.raises(EvaluationError, match="returned nothing"):
        value("$x.b", x={"a": None})


def test_numbers_that_are_only_passed_on_keep_their_digits() -> None:
    assert value("{'a': $x}", x=9007199254740993) == {"a": 9007199254740993}
    assert value("$x + 0", x=9007199254740993) == 9007199254740992


def test_a_value_is_a_copy() -> None:
    given = {"a": [1]}
    value("$x", x=given)["a"].append(2)
    assert given == {"a": [1]}


def test_threads_share_a_parsed_expression() -> None:
    expression = parse("$sum($map($x, function($v) { $v + $y }))")

    def total(number: int) -> Any:
        return expression.evaluate({"x": [1] * 50, "y": number})

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(total, range(80))) == [50 * (1 + number) for number in range(80)]
