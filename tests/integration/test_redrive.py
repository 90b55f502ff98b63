"""A redriven execution runs what failed once more, and nothing else."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.helpers import wait_until

REDRIVE_SECONDS = 90


@pytest.fixture
def redrive(client) -> Callable[[str], Any]:
    """Redrive an execution and wait for its end; return its description."""
    stepfunctions = client("stepfunctions")

    def again(arn: str) -> Any:
        assert stepfunctions.describe_execution(executionArn=arn)["redriveStatus"] == "REDRIVABLE"
        began = time.monotonic()
        stepfunctions.redrive_execution(executionArn=arn)
        described = wait_until(lambda: _ended(stepfunctions, arn), seconds=REDRIVE_SECONDS)
        print(f"a redriven execution ended after {time.monotonic() - began:.1f} s")
        assert described["redriveCount"] == 1
        return described

    return again


@pytest.fixture
def runs(log_lines) -> Callable[[Path], int]:
    """How many jobs asked for this file."""

    def count(path: Path) -> int:
        return sum(
            f"asked for {{'needs_file': '{path}'}}" in line for line in log_lines("/aws/lambda/faulty")
        )

    return count


@pytest.fixture
def two_at_once(client, faulty) -> Iterator[str]:
    """A state machine that the stack watches, changed for a while: two activities in a Parallel."""
    stepfunctions, arns = client("stepfunctions"), (faulty.state_machines[n] for n in ("steady", "narrow"))
    first, second = (stepfunctions.describe_state_machine(stateMachineArn=arn) for arn in arns)
    branches = [_branch(one["definition"], field) for one, field in ((first, "good"), (second, "bad"))]
    both = {"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "Branches": branches, "End": True}}}
    arn = first["stateMachineArn"]
    stepfunctions.update_state_machine(stateMachineArn=arn, definition=json.dumps(both))
    yield arn
    stepfunctions.update_state_machine(stateMachineArn=arn, definition=first["definition"])


def _branch(definition: str, field: str) -> dict[str, Any]:
    """The machine's states as a branch that gets a field of the input, under names of its own."""
    machine = json.loads(definition)
    for name in sorted(_names(machine)):
        definition = definition.replace(f'"{name}"', f'"{name} {field}"')
    branch: dict[str, Any] = json.loads(definition)
    branch.pop("TimeoutSeconds", None)
    branch["States"][branch["StartAt"]]["InputPath"] = f"$.{field}"
    return branch


def _names(machine: dict[str, Any]) -> set[str]:
    states = machine["States"]
    inner = (branch for state in states.values() for branch in state.get("Branches", ()))
    return set(states).union(*(_names(branch) for branch in inner))


def _ended(stepfunctions: Any, arn: str) -> Any:
    described = stepfunctions.describe_execution(executionArn=arn)
    return described if described["status"] != "RUNNING" else None


@pytest.mark.parametrize("activity", ["steady", "called", "heard"])
def test_a_failed_job_runs_once_more_and_succeeds(
    faulty, redrive, runs, tmp_path: Path, activity: str
) -> None:
    file = tmp_path / "ready"
    first = faulty.run({"needs_file": str(file)}, activity)
    assert (first.status, first.error) == ("FAILED", "Not.Ready")
    assert runs(file) == 1
    file.write_text("now")
    second = redrive(first.arn)
    assert (second["status"], second.get("output")) == ("SUCCEEDED", '"now"'), second
    wait_until(lambda: faulty.open_items() == [])
    assert runs(file) == 2


def test_only_the_job_of_the_failed_branch_runs_once_more(
    faulty, client, two_at_once, redrive, runs, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_text("good")
    stepfunctions = client("stepfunctions")
    job_input = {name: {"needs_file": str(path)} for name, path in (("good", good), ("bad", bad))}
    # The good one must be done before the bad one fails.
    job_input["bad"]["after"] = str(tmp_path / "go")
    arn = stepfunctions.start_execution(stateMachineArn=two_at_once, input=json.dumps(job_input))[
        "executionArn"
    ]
    wait_until(lambda: "ActivitySucceeded" in _kinds(stepfunctions, arn))
    (tmp_path / "go").touch()
    first = wait_until(lambda: _ended(stepfunctions, arn))
    assert (first["status"], first["error"]) == ("FAILED", "Not.Ready")
    bad.write_text("bad")
    second = redrive(arn)
    assert second["status"] == "SUCCEEDED", second
    assert json.loads(second["output"]) == ["good", "bad"]
    wait_until(lambda: faulty.open_items() == [])
    kinds = _kinds(stepfunctions, arn)
    assert (kinds.count("ActivityScheduled"), kinds.count("ActivitySucceeded")) == (3, 2)
    assert runs(good) == 1


def _kinds(stepfunctions: Any, arn: str) -> list[str]:
    pages = stepfunctions.get_paginator("get_execution_history").paginate(executionArn=arn)
    return [event["type"] for page in pages for event in page["events"]]
