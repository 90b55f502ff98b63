"""The way from Terraform to an exit status: a planted fault fails it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.judges import bench
from tests.judges.asl import machines
from tests.judges.documents import ROOT

# Outputs need no provider: the real Terraform renders them in a second.
MODULE = """
output "policy" {
  value = jsonencode({ Version = "2012-10-17", Statement = [{
    Sid       = "Send"
    Effect    = "Allow"
    Action    = ["ACTION"]
    Resource  = ["RESOURCE"]
    Condition = { ArnLike = { "KEY" = "arn:aws:lambda:*:*:function:a" } }
  }] })
}

output "definition" {
  value = { StartAt = "One", States = {
    One = { Type = "Parallel", End = true, Branches = [
      { StartAt = "Two", States = { Two = { Type = "Succeed" } } },
      { StartAt = "NAME", States = { NAME = {
        Type = "Pass", QueryLanguage = "JSONata", Output = "{% EXPRESSION %}", End = true
      } } },
    ] }
  } }
}

output "process_state" {
  value = { Type = "Wait", Seconds = 1 }
}
"""
RIGHT = {
    "ACTION": "sqs:SendMessage",
    "RESOURCE": "arn:aws:sqs:eu-west-1:123456789012:words",
    "KEY": "aws:SourceArn",
    "NAME": "Three",
    "EXPRESSION": "$states.input",
}
TEST = 'run "renders" {\n  command = plan\n}\n'


def _render(folder: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run Terraform's tests as scripts/terraform-test does, and judge what they render."""
    text = MODULE
    for name, value in {**RIGHT, **changes}.items():
        text = text.replace(name, value)
    (folder / "module/tests").mkdir(parents=True)
    (folder / "module/main.tf").write_text(text)
    (folder / "module/tests/a.tftest.hcl").write_text(TEST)
    environment = {name: value for name, value in os.environ.items() if name != "TF_CLI_CONFIG_FILE"}
    rendering = f"{sys.executable} -m tests.judges.rendering module {folder}/documents/module.json"
    subprocess.run(
        [
            "bash",
            "-c",
            f"set -o pipefail; terraform -chdir={folder}/module test -json -verbose | {rendering}",
        ],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
    )
    return _judge(folder / "documents")


def _judge(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.judges", folder], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(shutil.which("terraform") is None, reason="Terraform is not on PATH")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "3 documents judged (definition 1, policy 1, state 1): 0 faults"),
        ({"ACTION": "sqs:SendMesage"}, "statement Send: Action 'sqs:SendMesage' does not exist"),
        ({"RESOURCE": "arn:aws:s3:::words"}, "statement Send: Resource arn:aws:s3:::words is of no type"),
        ({"KEY": "aws:SourceArm"}, "statement Send: condition key 'aws:SourceArm' does not exist"),
        ({"NAME": "Two"}, "DUPLICATE_STATE_NAMES"),
        ({"EXPRESSION": "$count("}, "/States/One/Branches/1/States/Three/Output is invalid"),
    ],
    ids=["nothing", "action", "resource", "condition key", "state name", "JSONata"],
)
def test_a_planted_fault_fails_what_terraform_renders(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    done = _render(tmp_path, **changes)
    assert said in done.stdout
    assert done.returncode == (1 if changes else 0), done.stderr
    if changes:
        assert "module: output." in done.stdout
        assert "(tests/a.tftest.hcl, run renders)" in done.stdout


def test_no_documents_are_a_fault(tmp_path: Path) -> None:
    done = _judge(tmp_path)
    assert done.returncode == 1
    assert "run make terraform-test" in done.stderr


def test_the_same_fault_is_reported_once_with_its_places(tmp_path: Path) -> None:
    places = [
        {"folder": "f", "test": "t", "run": run, "address": "aws_iam_role_policy.a", "attribute": "policy"}
        for run in ("one", "two", "three")
    ]
    policy: dict[str, Any] = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "sqs:A", "Resource": "*"},
    }
    content = {"documents": [{"kind": "policy", "value": policy, "places": places}]}
    (tmp_path / "f.json").write_text(json.dumps(content))
    assert _judge(tmp_path).stdout.splitlines() == [
        "f: aws_iam_role_policy.a.policy (t, run one):",
        "    statement #0: Action 'sqs:A' does not exist (the same in 2 other places)",
        "1 documents judged (policy 1): 1 faults",
    ]


def test_make_test_judges_what_terraform_test_renders() -> None:
    """`make test` runs terraform-test, which judges afterwards and keeps its exit status."""
    kept = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL"}}
    planned = subprocess.run(
        ["make", "--dry-run", "test"], cwd=ROOT, env=kept, capture_output=True, text=True, check=True
    ).stdout
    assert "scripts/terraform-test || outcome=1" in planned
    assert "-m tests.judges" in planned.split("scripts/terraform-test || outcome=1")[1]
    assert "exit $outcome" in planned


def test_without_the_validator_the_bench_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
    (tmp_path / "f.json").write_text(
        json.dumps({"documents": [{"kind": "definition", "value": machine, "places": []}]})
    )
    monkeypatch.setattr(machines, "SETUP", tmp_path)
    assert bench.main(tmp_path) == 1
    assert "make build/stamps/asl" in capsys.readouterr().err
