"""Executions' names, and machines with versions and aliases."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cloud import ROLE, Cloud, error_code, unique, wait_for

WAIT = {"StartAt": "Only", "States": {"Only": {"Type": "Wait", "Seconds": 60, "End": True}}}
PASS = {"StartAt": "Only", "States": {"Only": {"Type": "Pass", "End": True}}}
TAKEN = ["x" * 80, "é", "日本", "😀" * 40, "a!b(c)'@=+d", "A.b-c_0", "\u00a1", "0"]
REFUSED = [
    *(f"a{letter}b" for letter in ' <>{}[]?*"#%\\^|~`$&,;:/'),
    *("a\tb", "a\u2003b", "a\0", "a\x1f", "a\x7f", "a\x9f", "a\ufffe", "a\uffff"),
    *("a\ud800", "a\U0010ffff", "x" * 81, "é" * 81, "a\n"),
]


@pytest.mark.parametrize("name", TAKEN)
def test_an_execution_that_was_started_is_found(cloud: Cloud, name: str) -> None:
    client, machine = cloud.client("stepfunctions"), cloud.machine(WAIT)
    arn = client.start_execution(stateMachineArn=machine, name=name)["executionArn"]
    described = client.describe_execution(executionArn=arn)
    assert (described["name"], described["executionArn"]) == (name, arn)
    assert arn == machine.replace(":stateMachine:", ":execution:") + f":{name}"
    wait_for(lambda: "WaitStateEntered" in cloud.history(arn))
    (listed,) = client.list_executions(stateMachineArn=machine, maxResults=1)["executions"]
    assert listed["executionArn"] == arn
    assert client.describe_state_machine_for_execution(executionArn=arn)
    client.stop_execution(executionArn=arn)
    assert cloud.ended(arn)["status"] == "ABORTED"
    client.redrive_execution(executionArn=arn)
    client.stop_execution(executionArn=arn)


@pytest.mark.parametrize("name", REFUSED, ids=ascii)
def test_a_name_is_refused(cloud: Cloud, name: str) -> None:
    client, machine = cloud.client("stepfunctions"), cloud.machine(PASS)
    code = error_code(client.start_execution, stateMachineArn=machine, name=name)
    assert code == "InvalidName"


def test_the_same_start_is_one_execution(cloud: Cloud) -> None:
    client, machine = cloud.client("stepfunctions"), cloud.machine(WAIT)
    same: dict[str, Any] = {"stateMachineArn": machine, "name": "one", "input": '{"a":1}'}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.start_execution(**same), range(8)))
    assert len({answer["executionArn"] for answer in answers}) == 1
    assert len({answer["startDate"] for answer in answers}) == 1
    for other in ('{"a":2}', '{"a":1.0}', '{"a":true}'):
        code = error_code(client.start_execution, **{**same, "input": other})
        assert code == "ExecutionAlreadyExists"
    unnamed = client.start_execution(stateMachineArn=machine)["executionArn"]
    name = unnamed.rpartition(":")[2]
    again = client.start_execution(stateMachineArn=machine, name=name, input="{}")
    assert again["executionArn"] == unnamed
    client.stop_execution(executionArn=unnamed)
    client.stop_execution(executionArn=answers[0]["executionArn"])
    cloud.ended(answers[0]["executionArn"])
    assert error_code(client.start_execution, **same) == "ExecutionAlreadyExists"


def test_a_machine_with_an_alias_starts_by_each_arn(cloud: Cloud) -> None:
    client = cloud.client("stepfunctions")
    made = client.create_state_machine(
        name=unique("machine"), definition=json.dumps(PASS), roleArn=ROLE, publish=True
    )
    machine, version = made["stateMachineArn"], made["stateMachineVersionArn"]
    route = [{"stateMachineVersionArn": version, "weight": 100}]
    alias = client.create_state_machine_alias(name="live", routingConfiguration=route)
    alias = alias["stateMachineAliasArn"]
    expected = {machine: (None, None), version: (None, version), alias: (alias, version)}
    for arn, (its_alias, its_version) in expected.items():
        started = client.start_execution(stateMachineArn=arn)["executionArn"]
        ended = cloud.ended(started)
        assert (ended["status"], ended["stateMachineArn"]) == ("SUCCEEDED", machine)
        assert ended.get("stateMachineAliasArn") == its_alias
        assert ended.get("stateMachineVersionArn") == its_version
    counts = {
        arn: len(client.list_executions(stateMachineArn=arn)["executions"]) for arn in expected
    }
    assert counts == {machine: 3, version: 2, alias: 1}
