"""State names are unique in a whole machine, whatever branch they are in."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloud import ROLE, Cloud, unique
from states import in_map, in_parallel

from localcloud.stepfunctions.state_names import repeated_names

PASS = {"Type": "Pass", "End": True}


def machine(**states: Any) -> dict[str, Any]:
    """Return a machine with these states, one after another."""
    names = list(states)
    following = dict(zip(names, [*names[1:], None], strict=True))
    return {
        "StartAt": names[0],
        "States": {
            name: {**state, **({"Next": following[name]} if following[name] else {"End": True})}
            for name, state in states.items()
        },
    }


def in_old_map(state: dict[str, Any]) -> dict[str, Any]:
    """Return a Map in the form that Iterator had."""
    shape = in_map(state)
    return {"Type": "Map", "ItemsPath": "$.items", "Iterator": shape["ItemProcessor"]}


REPEATED = {
    "in a branch": (
        machine(Inner={"Type": "Pass"}, Both=in_parallel({"Type": "Pass"})),
        "/States/Both/Branches[0]/States/Inner",
    ),
    "in a map": (
        machine(Inner={"Type": "Pass"}, Each=in_map({"Type": "Pass"})),
        "/States/Each/ItemProcessor/States/Inner",
    ),
    "in a map of the old form": (
        machine(Each=in_old_map({"Type": "Pass"}), Inner={"Type": "Pass"}),
        "/States/Inner",
    ),
    "in another state's branch": (
        machine(One=in_parallel({"Type": "Pass"}), Two=in_parallel({"Type": "Pass"})),
        "/States/Two/Branches[0]/States/Inner",
    ),
    "in a sibling branch": (
        machine(Both={"Type": "Parallel", "Branches": [machine(Same=PASS), machine(Same=PASS)]}),
        "/States/Both/Branches[1]/States/Same",
    ),
    "a level deeper": (
        machine(Outer={"Type": "Parallel", "Branches": [machine(Outer=in_map(PASS))]}),
        "/States/Outer/Branches[0]/States/Outer",
    ),
}


@pytest.mark.parametrize(("definition", "place"), REPEATED.values(), ids=REPEATED)
def test_a_repeated_name_is_refused(cloud: Cloud, definition: Any, place: str) -> None:
    with pytest.raises(ClientError) as raised:
        cloud.machine(definition)
    error = raised.value.response["Error"]
    assert error["Code"] == "InvalidDefinition"
    name = place.rpartition("/")[2]
    assert error["Message"] == (
        "Invalid State Machine Definition: "
        f"'DUPLICATE_STATE_NAME: Duplicate State name: {name} at {place}'"
    )


def test_an_update_and_a_validation_refuse_it_too(cloud: Cloud) -> None:
    client = cloud.client("stepfunctions")
    definition, place = REPEATED["in a branch"]
    arn = cloud.machine(machine(Inner=PASS))
    with pytest.raises(ClientError, match="DUPLICATE_STATE_NAME"):
        client.update_state_machine(stateMachineArn=arn, definition=json.dumps(definition))
    answer = client.validate_state_machine_definition(definition=json.dumps(definition))
    assert answer["result"] == "FAIL"
    (problem,) = answer["diagnostics"]
    assert problem["severity"] == "ERROR"
    assert problem["code"] == "DUPLICATE_STATE_NAME"
    assert problem["location"] == place


def test_express_machines_too(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="DUPLICATE_STATE_NAME"):
        cloud.client("stepfunctions").create_state_machine(
            name=unique("express"),
            type="EXPRESS",
            roleArn=ROLE,
            definition=json.dumps(REPEATED["in a map"][0]),
        )


def test_a_name_used_twice_in_one_object_is_refused(cloud: Cloud) -> None:
    twice = '{"StartAt": "A", "States": {"A": {"Type": "Fail"}, "A": {"Type": "Succeed"}}}'
    with pytest.raises(ClientError, match="Duplicate State name: A at /States/A"):
        cloud.client("stepfunctions").create_state_machine(
            name=unique("twice"), roleArn=ROLE, definition=twice
        )


def test_names_that_differ_pass(cloud: Cloud) -> None:
    definition = machine(inner=in_parallel({"Type": "Pass"}), States={"Type": "Pass"})
    assert cloud.machine(definition)
    answer = cloud.client("stepfunctions").validate_state_machine_definition(
        definition=json.dumps(definition)
    )
    assert (answer["result"], answer["diagnostics"]) == ("OK", [])


def test_every_repetition_is_named() -> None:
    definition = machine(
        Inner={"Type": "Pass"}, One=in_parallel(PASS), Two=in_parallel({"Type": "Pass"})
    )
    assert [one.place for one in repeated_names(json.dumps(definition))] == [
        "/States/One/Branches[0]/States/Inner",
        "/States/Two/Branches[0]/States/Inner",
    ]


def test_a_syntax_error_is_still_what_it_was(cloud: Cloud) -> None:
    answer = cloud.client("stepfunctions").validate_state_machine_definition(definition="{}")
    assert answer["result"] == "FAIL"
    assert answer["diagnostics"][0]["code"] == "SCHEMA_VALIDATION_FAILED"
