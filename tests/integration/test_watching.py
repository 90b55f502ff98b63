"""What can be observed while a task runs and afterwards: status, log lines, metrics, the dashboard."""

import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.integration.helpers import wait_until

from operations.executions import status

# Reports its progress, then waits for a file that the test creates.
WAITING = 'echo "three of four" > "$TASK_PROGRESS"; while ! test -e "$0"; do sleep 0.1; done; echo 1'


@pytest.fixture
def shown(capsys) -> Any:
    """What `make status` prints, line by line."""

    def read() -> list[str]:
        assert status.status("local", watch=False) == 0
        text: str = capsys.readouterr().out
        return text.splitlines()

    return read


def documents(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines if line.startswith("{")]


def started_job(shown: Callable[[], list[str]], arn: str) -> str:
    """The id of the execution's job, which reports its progress, from its line of `make status`."""
    (line,) = wait_until(lambda: [line for line in shown() if "three of four" in line], 50)
    state, backend, activity, execution, job_id, *_ = line.split()
    assert (state, backend, activity) == ("started", "ecs", "first-light-fargate")
    assert arn.endswith(f":{execution}")
    assert re.search(r" \d+ s ", line)
    assert line.split()[-1].endswith(job_id)
    return str(job_id)


def poll_of(client: Callable[[str], Any], arn: str) -> str:
    """The id of the poll that fetched an execution's task, from the history."""
    history = client("stepfunctions").get_execution_history(executionArn=arn)["events"]
    (worker,) = [
        event["activityStartedEventDetails"]["workerName"]
        for event in history
        if event["type"] == "ActivityStarted"
    ]
    return str(worker.split()[0])


def test_a_running_task_is_shown_with_its_progress_and_in_the_logs(
    client, stack, follow, put_text, tmp_path: Path, shown, log_lines
) -> None:
    done = tmp_path / uuid.uuid4().hex
    job = {"command": ["sh", "-c", WAITING, str(done)]}
    arn = client("stepfunctions").start_execution(
        stateMachineArn=stack.state_machines["fargate"],
        input=json.dumps({"source": put_text(b"one"), "job": job}),
    )["executionArn"]
    job_id = started_job(shown, arn)
    done.touch()
    follow(arn)
    wait_until(lambda: not [line for line in shown() if job_id in line])

    def lines(key: str, value: str) -> list[dict[str, Any]]:
        found = documents(log_lines(stack.functions["dispatcher"]["log_group_name"]))
        return [line for line in found if line.get(key) == value]

    # The poll's id is in the execution's history and on the log lines about its task.
    (started,) = wait_until(lambda: lines("poll_id", poll_of(client, arn)))
    assert (started["activity"], started["backend"]) == ("first-light-fargate", "ecs")
    assert started["job_id"].endswith(job_id)
    # Mostly on the same line. A poll for missed tasks may have been faster: then the request's own poll,
    # which lasts a minute, reports that it found none.
    wait_until(lambda: lines("requested_by", arn), 100)
    assert len(started["task_id"]) == 32


def test_each_function_writes_its_metrics(stack, log_lines) -> None:
    def names(function: str) -> set[str]:
        lines = documents(log_lines(stack.functions[function]["log_group_name"]))
        return {
            metric["Name"]
            for line in lines
            if "_aws" in line
            for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
        }

    assert "DispatchLatency" in names("dispatcher")
    wait_until(lambda: {"TasksSucceeded", "TasksFailed"} & names("reporter"))
    wait_until(lambda: names("reconciler") >= {"OpenTasks", "OldestTaskAge", "OverdueTasks"}, 90)


def test_the_dashboard_shows_its_alarms(client, stack) -> None:
    body = json.loads(client("cloudwatch").get_dashboard(DashboardName="first-light")["DashboardBody"])
    assert {widget["type"] for widget in body["widgets"]} == {"text", "alarm", "metric"}
    (shown,) = [widget["properties"]["alarms"] for widget in body["widgets"] if widget["type"] == "alarm"]
    pages = client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix="first-light-")
    alarms = {alarm["AlarmArn"]: alarm for page in pages for alarm in page["MetricAlarms"]}
    assert set(shown) <= set(alarms)
    names = {alarms[arn]["AlarmName"] for arn in shown}
    assert names >= {
        "first-light-stuck-tasks",
        "first-light-dispatch-errors",
        "first-light-reconciler-silent",
    }
