"""`make status`: every open task is a line, and nothing open is said plainly."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState, LogLocation
from activity_dispatch.domain.polls import new_poll_id
from activity_dispatch.domain.tasks import OutcomeName, Task, TaskRecord, TaskState
from activity_dispatch.store.dynamodb.task_table import DynamoTaskTable
from activity_dispatch.store.payloads import PayloadStore
from activity_dispatch.store.task_table import Overview, SlotsRecord
from activity_dispatch.testing import FakeBackend
from operations import __main__ as command
from operations import outputs, status
from operations.open_tasks import duration, rows_of, table_of, waiting_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = 1_800_000_000.0
PREFIX = "arn:aws:states:eu-west-1:000000000000:activity:orders-"
FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:orders-process"


def activity(name: str = "batch", **config: str) -> Activity:
    return Activity(
        arn=PREFIX + name,
        name=f"orders-{name}",
        backend=name,
        config=config,
        heartbeat_seconds=60,
        timeout_seconds=600,
    )


def record(number: int, seconds_ago: float, **changes: Any) -> TaskRecord:
    told = {
        "task_id": f"{number:032x}",
        "activity_arn": PREFIX + "batch",
        "backend": "batch",
        "state": TaskState.STARTED,
        "heartbeat_seconds": 60,
        "starting_at": NOW - seconds_ago,
        "poll_id": f"{int(NOW - seconds_ago):08x}{number:08x}",
        "job_id": f"arn:job/{number}",
    }
    return TaskRecord(**{**told, **changes})


class Backend(FakeBackend):
    """Says of jobs what it is told to."""

    told: dict[str, dict[str, Any]]
    location: LogLocation | None = None

    def describe(self, jobs: Any) -> dict[JobId, Diagnosis]:
        return {
            job: Diagnosis(task_id="", job_id=job, **{"state": JobState.RUNNING, **self.told[job]})
            for job in jobs
            if job in self.told
        }

    def log_location(self, _diagnosis: Diagnosis) -> LogLocation | None:
        return self.location


@pytest.fixture
def backend() -> Backend:
    made = Backend()
    made.told = {}
    return made


def rows(backend: Backend, *records: TaskRecord, region: str | None = None, **config: str) -> Any:
    overview = Overview(tasks=records, slots=(), activities=(activity(**config),))
    return rows_of(overview, lambda _: backend, NOW, region=region)


def test_the_oldest_task_comes_first(backend: Backend) -> None:
    found, problems = rows(backend, record(1, 5), record(2, 4000), record(3, 70))
    assert [(row.job, row.age) for row in found] == [("2", "1 h 6 min"), ("3", "1 min 10 s"), ("1", "5 s")]
    assert problems == []


def test_what_a_line_says(backend: Backend) -> None:
    backend.told = {"arn:job/1": {"state": JobState.QUEUED}, "arn:job/2": {"progress": "epoch\n 3"}}
    settled = {"state": TaskState.SETTLED, "outcome": OutcomeName.CANCELLED}
    (starting, ended, two, one), _ = rows(
        backend,
        record(1, 1),
        record(2, 2),
        record(3, 3, progress="x" * 100, **settled),
        record(4, 4, state=TaskState.STARTING, job_id=None),
    )
    assert (starting.state, starting.job, starting.progress, starting.log) == ("starting", "-", "-", "-")
    assert (ended.state, len(ended.progress)) == ("cancelled, job ends", 40)
    assert (two.state, two.backend, two.activity, two.progress) == (
        "started",
        "batch",
        "orders-batch",
        "epoch 3",
    )
    assert one.state == "queued"


def test_where_the_log_is(backend: Backend) -> None:
    backend.location = LogLocation(group="/aws/batch/job", stream="words/default/1")
    assert rows(backend, record(1, 1))[0][0].log == "/aws/batch/job words/default/1"
    link = rows(backend, record(1, 1), region="eu-west-1")[0][0].log
    assert link.startswith("https://eu-west-1.console.aws.amazon.com/")
    assert link.endswith("log-group/$252Faws$252Fbatch$252Fjob/log-events/words$252Fdefault$252F1")


def test_the_log_of_a_function_is_searched_for_the_task(backend: Backend) -> None:
    (row,), _ = rows(backend, record(1, 1), region="eu-west-1", function_arn=FUNCTION)
    assert "log-group/$252Faws$252Flambda$252Forders-process/log-events$3FfilterPattern$3D$2522000" in row.log
    assert rows(backend, record(1, 1), function_arn=FUNCTION)[0][0].log == "/aws/lambda/orders-process"


def test_a_service_that_refuses_costs_its_part_only(backend: Backend) -> None:
    def refuse(_: object) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeJobs")

    overview = Overview(tasks=(record(1, 1),), slots=(), activities=(activity(),))
    found, problems = rows_of(overview, refuse, NOW, region=None)
    assert [row.state for row in found] == ["started"]
    assert "orders-batch: its jobs are not known: " in problems[0]
    assert "AccessDenied" in problems[0]


def test_a_task_of_an_activity_that_is_no_more(backend: Backend) -> None:
    overview = Overview(tasks=(record(1, 1),), slots=(), activities=())
    (row,), _ = rows_of(overview, lambda _: backend, NOW, region=None)
    assert (row.activity, row.log) == ("orders-batch", "-")


def test_columns_stand_below_their_headings(backend: Backend) -> None:
    found, _ = rows(backend, record(1, 1), record(2, 2, backend="a-long-name"))
    head, first, second = table_of(found)
    assert head.split() == ["STATE", "BACKEND", "ACTIVITY", "JOB", "AGE", "PROGRESS", "LOG"]
    assert head.index("ACTIVITY") == first.index("orders-batch") == second.index("orders-batch")
    assert table_of([]) == []


def test_what_waits_for_a_slot() -> None:
    full = SlotsRecord(activity_arn=PREFIX + "batch", holders=frozenset("ab"), waiting=3)
    free = SlotsRecord(activity_arn=PREFIX + "lambda", holders=frozenset("a"), waiting=0)
    overview = Overview(tasks=(), slots=(full, free), activities=())
    assert waiting_lines(overview) == ["orders-batch: 2 slots used, 3 tasks wait"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min 0 s"),
        (3599, "59 min 59 s"),
        (7260, "2 h 1 min"),
        (180_000, "2 d 2 h"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.fixture
def deployed(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoTaskTable]:
    """A stack in `dev` whose task table is moto's; the table."""
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
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            BillingMode="PAY_PER_REQUEST",
        )
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
        payloads = PayloadStore(client=lambda: boto3.client("s3"), bucket="data")
        yield DynamoTaskTable(client=client, name="tasks", payloads=payloads)


def _add(table: DynamoTaskTable, token: str) -> str:
    task = Task(
        activity_arn=PREFIX + "lambda",
        token=token,
        input="{}",
        heartbeat_seconds=60,
        poll_id=new_poll_id(time.time()),
    )
    table.add(task, "lambda")
    return task.task_id


def _main(monkeypatch: pytest.MonkeyPatch, *args: str) -> int:
    monkeypatch.setattr(sys, "argv", ["operations", "status", *args])
    return command.main()


@pytest.mark.usefixtures("deployed")
def test_nothing_is_open(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
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
    assert line.split()[:4] == ["started", "lambda", "orders-lambda", "request-1"]
    assert " half " in line
    assert line.split()[-1].startswith("https://eu-west-1.console.aws.amazon.com/")
    assert "one" not in line


def test_live_until_ctrl_c(deployed: DynamoTaskTable, capsys: pytest.CaptureFixture[str]) -> None:
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


def test_outputs_come_from_terraform_where_this_machine_did_not_deploy(
    terraform_calls: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main(monkeypatch, "--env", "dev") != 0
    assert "output -json" in terraform_calls.read_text()
    assert "Error: nothing is deployed in dev: run `make deploy ENV=dev` first" in capsys.readouterr().err
    assert not outputs.exist("dev")


@pytest.mark.usefixtures("checkout")
def test_without_a_deploy(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert _main(monkeypatch) == command.FAILED
    assert capsys.readouterr().err == "Error: nothing is deployed in local: run `make local-up` first\n"
