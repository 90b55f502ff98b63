"""The judge of state machines, and what it has to find."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.judges.asl import machines
from tests.judges.documents import ROOT

ACTIVITY = "arn:aws:states:eu-west-1:123456789012:activity:words"
FORMS = sorted(Path(__file__).with_name("asl").glob("forms/*.asl.json"))


def _task(**fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": ACTIVITY, "TimeoutSeconds": 60, **fields}


def _machine(*, language: str | None = None, **states: dict[str, Any]) -> dict[str, Any]:
    named = {} if language is None else {"QueryLanguage": language}
    return {**named, "StartAt": next(iter(states)), "States": states}


def _parallel(*branches: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"Type": "Parallel", "Branches": list(branches), **fields}


def _sent(**fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True, **fields}


def _judge(definition: dict[str, Any]) -> list[str]:
    (found,) = machines.judge([definition])
    return found


# Judged at one go, because Node takes half a second to start.
FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "a name in two branches": (
        _machine(
            One=_parallel(_machine(Send=_task(End=True)), Next="Two"),
            Two=_parallel(_machine(Send=_task(End=True)), End=True),
        ),
        "DUPLICATE_STATE_NAMES",
    ),
    "a name in a branch and outside": (
        _machine(Send=_parallel(_machine(Send=_task(End=True)), End=True)),
        "DUPLICATE_STATE_NAMES",
    ),
    "a name in a map and outside": (
        _machine(
            Map={"Type": "Map", "ItemProcessor": _machine(Send=_task(End=True)), "Next": "Send"},
            Send=_task(End=True),
        ),
        "DUPLICATE_STATE_NAMES",
    ),
    "broken JSONata in arguments": (
        _machine(language="JSONata", Send=_sent(Arguments={"MessageBody": {"a": "{% $string( %}"}})),
        "/States/Send/Arguments/MessageBody/a",
    ),
    "broken JSONata in a JSONPath machine": (
        _machine(Send=_sent(QueryLanguage="JSONata", Output="{% $states.result[ %}")),
        "/States/Send",
    ),
    "no such intrinsic": (_machine(Send=_sent(Parameters={"a.$": "States.JsonToStrng($.x)"})), "a.$"),
    "broken path": (_machine(Send=_sent(InputPath="$.a[")), "InputPath"),
    "JSONPath in JSONata": (_machine(language="JSONata", Send=_sent(Parameters={})), "/States/Send"),
    "JSONata in JSONPath": (_machine(Send=_sent(Arguments={"a": 1})), "/States/Send"),
    "a JSONPath state in a JSONata machine": (
        _machine(language="JSONata", Send=_sent(QueryLanguage="JSONPath")),
        "cannot contain a JSONPath state",
    ),
    "no such state": (_machine(Send=_task(Next="Nowhere")), "Nowhere"),
    "never reached": (_machine(Send=_task(End=True), More=_task(End=True)), "not reachable"),
    "no such field": (_machine(Send=_task(End=True, Timeout=3)), "/States/Send"),
    "a heartbeat as long as the timeout": (
        _machine(Send=_task(End=True, HeartbeatSeconds=60)),
        "state 'Send': HeartbeatSeconds is 60; it must be below TimeoutSeconds, 60",
    ),
    "a long heartbeat in a branch": (
        _machine(All=_parallel(_machine(Send=_task(End=True, HeartbeatSeconds=61)), End=True)),
        "state 'Send': HeartbeatSeconds is 61",
    ),
    "States.ALL with others": (
        _machine(Send=_task(End=True, Retry=[{"ErrorEquals": ["States.ALL", "A"]}])),
        "States.ALL must stand alone",
    ),
    "States.ALL not last": (
        _machine(Send=_task(End=True, Retry=[{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["A"]}])),
        "States.ALL must stand alone",
    ),
    "a delay that is over at once": (
        _machine(
            Send=_task(End=True, Retry=[{"ErrorEquals": ["A"], "IntervalSeconds": 9, "MaxDelaySeconds": 9}])
        ),
        "MaxDelaySeconds is 9",
    ),
    "a long name": ({"StartAt": "x" * 81, "States": {"x" * 81: _task(End=True)}}, "has 81 characters"),
    "no states": ({"StartAt": "A"}, "States"),
}


@pytest.fixture(scope="module")
def judged() -> dict[str, list[str]]:
    return dict(zip(FAULTS, machines.judge([definition for definition, _ in FAULTS.values()]), strict=True))


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found(judged: dict[str, list[str]], name: str) -> None:
    _, expected = FAULTS[name]
    assert any(expected in found for found in judged[name]), judged[name]


def test_each_definition_in_a_file_of_its_own_passes() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "*.asl.json"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    files = [ROOT / name for name in listed if (ROOT / name).exists()]
    assert set(FORMS) <= set(files)
    judged = machines.judge([json.loads(file.read_text()) for file in files])
    assert [(str(file), found) for file, found in zip(files, judged, strict=True) if found] == []


@pytest.mark.parametrize("file", FORMS, ids=lambda file: file.name)
def test_the_jsonata_forms_pass_in_a_jsonpath_machine(file: Path) -> None:
    form = json.loads(file.read_text())
    for state in [form["States"]["Process"], *form["States"]["Process"].get("Branches", [])]:
        for inner in state.get("States", {"": state}).values():
            inner["QueryLanguage"] = "JSONata"
    del form["QueryLanguage"]
    assert _judge(form) == []


def test_several_activities_with_names_of_their_own_pass() -> None:
    first = _parallel(_machine(SendOne=_sent(), DoOne=_task(End=True)), Next="Two")
    first["Branches"][0]["States"]["SendOne"] = {**_sent(), "Next": "DoOne"}
    del first["Branches"][0]["States"]["SendOne"]["End"]
    assert _judge(_machine(One=first, Two=_task(End=True, HeartbeatSeconds=59))) == []


def test_a_state_alone_is_judged_as_a_machine() -> None:
    assert _judge(machines.machine_of(_task(Next="Elsewhere"))) == []
    assert _judge(machines.machine_of({"Type": "Fail", "Error": "A"})) == []
    assert (
        _judge(machines.machine_of(_task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Elsewhere"}]))) == []
    )
    assert _judge(machines.machine_of(_task(HeartbeatSeconds=60))) != []


def test_without_the_validator_nothing_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machines, "SETUP", tmp_path)
    with pytest.raises(machines.JudgeMissing, match="make build/stamps/asl"):
        machines.judge([_machine(Send=_task(End=True))])
