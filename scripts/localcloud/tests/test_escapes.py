"""Names and texts of a definition are what they say in JSON, however they are escaped."""

import json
from typing import Any

import pytest
from cloud import Cloud
from states import entered

from localcloud.stepfunctions.escapes import unescaped

NAME = "Cut & <paste>"


def escaped(definition: Any) -> str:
    """Return the definition as Terraform's jsonencode writes it."""
    text = json.dumps(definition)
    for sign in "&<>":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    assert "\\u0026" in text
    return text


def test_a_states_name_is_what_it_says(cloud: Cloud) -> None:
    first = {"Type": "Pass", "Parameters": {"state.$": "$$.State.Name"}, "Next": "B & C"}
    states = {NAME: first, "B & C": {"Type": "Succeed"}}
    execution = cloud.execute(cloud.machine(escaped({"StartAt": NAME, "States": states})))
    assert json.loads(cloud.ended(execution)["output"]) == {"state": NAME}
    assert entered(cloud, execution) == [NAME, "B & C"]


def test_so_it_is_in_jsonata_and_in_branches(cloud: Cloud) -> None:
    inner = {
        "Type": "Pass",
        "QueryLanguage": "JSONata",
        "Output": "{% $states.context.State.Name & '!' %}",
        "End": True,
    }
    branch = {"StartAt": NAME, "States": {NAME: inner}}
    outer = {"Type": "Parallel", "Branches": [branch], "End": True}
    machine = cloud.machine(escaped({"StartAt": "Both", "States": {"Both": outer}}))
    assert json.loads(cloud.ended(cloud.execute(machine))["output"]) == [f"{NAME}!"]


def test_fields_and_paths_too(cloud: Cloud) -> None:
    state = {"Type": "Pass", "Parameters": {"a&b.$": "$['c&d']"}, "End": True}
    machine = cloud.machine(escaped({"StartAt": NAME, "States": {NAME: state}}))
    assert json.loads(cloud.ended(cloud.execute(machine, {"c&d": 1}))["output"]) == {"a&b": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("plain", "plain"),
        (r"a\u0026b", "a&b"),
        (r"a\"b\\c", 'a"b\\c'),
        (r"not JSON: \x", r"not JSON: \x"),
    ],
)
def test_a_text_is_unescaped(text: str, said: str) -> None:
    assert unescaped(text) == said
