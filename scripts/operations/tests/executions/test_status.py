"""`make status` shows the stack of an environment, as activity-dispatch does."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from operations import __main__ as command
from operations import exits, outputs

OUTPUTS = {
    "region": "eu-west-1",
    "stack_name": "orders",
    "data_bucket": "data",
    "activities": {},
    "state_machines": {},
    "functions": {},
}


def _main(monkeypatch: pytest.MonkeyPatch, *args: str) -> int:
    monkeypatch.setattr(sys, "argv", ["operations", "status", *args])
    return command.main()


@pytest.fixture
def deployed(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What a deploy of `dev` left, and an account without stacks."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    file = checkout / "build/dev/outputs.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(OUTPUTS))
    with mock_aws():
        yield file


@pytest.mark.usefixtures("deployed")
def test_the_open_tasks_of_the_environments_stack_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    handle = {
        "version": 1,
        "name": "orders",
        "worker_environment": {"TASK_TABLE": "t", "PAYLOAD_BUCKET": "b"},
    }
    boto3.client("ssm", "eu-west-1").put_parameter(
        Name="/activity-dispatch/orders", Type="String", Value=json.dumps(handle)
    )
    boto3.client("dynamodb", "eu-west-1").create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "task_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("task_id", "poll_id")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "open",
                "KeySchema": [{"AttributeName": "poll_id", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    assert _main(monkeypatch, "--env", "dev") == 0
    title, total = capsys.readouterr().out.splitlines()
    assert title.startswith("Open tasks of orders (eu-west-1) at ")
    assert total == "No open tasks"


@pytest.mark.usefixtures("deployed")
def test_a_stack_that_is_gone_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main(monkeypatch, "--env", "dev") == exits.FAILED
    assert "Error: --stack: 'orders' is none; there is no stack in eu-west-1" in capsys.readouterr().err


def test_a_stack_of_an_older_release_must_be_deployed_again(
    deployed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.write_text(json.dumps({name: value for name, value in OUTPUTS.items() if name != "stack_name"}))
    assert _main(monkeypatch, "--env", "dev") == exits.FAILED
    assert "deployed by an older release: deploy it again" in capsys.readouterr().err


def test_outputs_of_a_deploy_from_elsewhere_come_from_terraform(
    terraform_calls: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main(monkeypatch, "--env", "dev") != 0
    assert "output -json" in terraform_calls.read_text()
    assert "Error: nothing is deployed in dev: run `make deploy ENV=dev` first" in capsys.readouterr().err
    assert not outputs.exist("dev")


@pytest.mark.usefixtures("checkout")
def test_status_needs_a_deploy(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert _main(monkeypatch) == exits.FAILED
    assert capsys.readouterr().err == "Error: nothing is deployed in local: run `make local-up` first\n"
