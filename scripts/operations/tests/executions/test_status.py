"""`make status` lists the open tasks of a deployed stack."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from activity_dispatch.domain.polls import new_poll_id
from activity_dispatch.domain.tasks import OutcomeName, Task
from activity_dispatch.store.dynamodb.task_table import DynamoTaskTable
from activity_dispatch.store.payloads import PayloadStore
from operations import __main__ as command
from operations import exits, outputs
from operations.executions import status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mypy_boto3_dynamodb import DynamoDBClient

NOW = 1_800_000_000.0
PREFIX = "arn:aws:states:eu-west-1:000000000000:activity:orders-"
FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:orders-process"

# Those of terraform/modules/control-plane/table.tf.
PROJECTED = [
    "activity",
    "activity_arn",
    "backend",
    "claimed_at",
    "claimed_by",
    "claimed_until",
    "error",
    "heartbeat_seconds",
    "holders",
    "holds_slot",
    "job_id",
    "outcome",
    "progress",
    "settled_at",
    "started_at",
    "starting_at",
    "state",
    "token",
    "waiting",
]


@pytest.fixture
def deployed(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoTaskTable]:
    """The task table, in moto, of a stack in `dev`."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    document = {
        "region": "eu-west-1",
        "data_bucket": "data",
        "task_table": "tasks",
        "activities": {},
        "state_machines": {},
        "functions": {},
    }
    file = checkout / "build/dev/outputs.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(document))
    with mock_aws():
        client = boto3.client("dynamodb", "eu-west-1")
        _create_table(client)
        _add_activity(client)
        payloads = PayloadStore(client=lambda: boto3.client("s3"), bucket="data")
        yield DynamoTaskTable(client=client, name="tasks", payloads=payloads)


def _create_table(client: DynamoDBClient) -> None:
    client.create_table(
        TableName="tasks",
        KeySchema=[{"AttributeName": "task_id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("task_id", "poll_id")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "open",
                "KeySchema": [{"AttributeName": "poll_id", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": PROJECTED},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )


def _add_activity(client: DynamoDBClient) -> None:
    described = {
        "arn": f"{PREFIX}lambda",
        "name": "orders-lambda",
        "backend": "lambda",
        "config": {"function_arn": FUNCTION},
        "heartbeat_seconds": 60,
        "timeout_seconds": 600,
    }
    client.put_item(
        TableName="tasks",
        Item={
            "task_id": {"S": f"activity#{PREFIX}lambda"},
            "poll_id": {"S": "activity"},
            "activity": {"S": json.dumps(described)},
        },
    )


def _add(table: DynamoTaskTable, token: str, execution_arn: str = "") -> str:
    task = Task(
        activity_arn=PREFIX + "lambda",
        token=token,
        input="{}",
        heartbeat_seconds=60,
        poll_id=new_poll_id(time.time()),
        execution_arn=execution_arn,
    )
    table.add(task, "lambda")
    return task.task_id


def _main(monkeypatch: pytest.MonkeyPatch, *args: str) -> int:
    monkeypatch.setattr(sys, "argv", ["operations", "status", *args])
    return command.main()


@pytest.mark.usefixtures("deployed")
def test_no_open_tasks(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert _main(monkeypatch, "--env", "dev") == 0
    assert capsys.readouterr().out.startswith("No open tasks in dev at ")


def test_open_tasks_are_listed_and_closed_ones_are_not(
    deployed: DynamoTaskTable, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    running, done = _add(deployed, "one"), _add(deployed, "two")
    deployed.record_started(running, "request-1")
    deployed.record_progress(running, "half")
    deployed.record_settled(done, OutcomeName.SUCCEEDED, None, closed=True)
    assert _main(monkeypatch, "--env", "dev") == 0
    head, _, line = capsys.readouterr().out.splitlines()
    assert head.startswith("1 open task in dev at ")
    assert line.split()[:5] == ["started", "lambda", "orders-lambda", "-", "request-1"]
    assert " half " in line
    assert line.split()[-1].startswith("https://eu-west-1.console.aws.amazon.com/")
    assert "one" not in line


def test_an_execution_is_read_from_the_task_as_the_index_does_not_have_it(
    deployed: DynamoTaskTable, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _add(deployed, "one", "arn:aws:states:eu-west-1:000000000000:execution:orders:monday")
    assert _main(monkeypatch, "--env", "dev") == 0
    _, _, line = capsys.readouterr().out.splitlines()
    assert line.split()[3] == "monday"


def test_watch_refreshes_until_ctrl_c(deployed: DynamoTaskTable, capsys: pytest.CaptureFixture[str]) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt
        _add(deployed, f"token {len(waits)}")

    assert status.status("dev", watch=True, sleep=wait) == 0
    heads = [line.split(" in ")[0] for line in capsys.readouterr().out.splitlines() if " in dev at " in line]
    assert heads == ["No open tasks", "1 open task", "2 open tasks"]
    assert waits == [2.0] * 3


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
