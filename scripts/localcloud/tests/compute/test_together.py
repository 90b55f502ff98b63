"""Many containers at once, their events to a function, and the end of the cloud."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from cloud import Cloud, unique, wait_for
from command_line import Cli

from compute.conftest import make_batch, make_ecs, start
from compute.resources import Batch, Ecs, sh

MANY = 100
# Records when a task's or job's last event arrived, in a file named after it.
NOTE = """
import pathlib, time
def handle(event, context):
    detail = event["detail"]
    name = detail.get("jobId") or detail["taskArn"].rpartition("/")[2]
    pathlib.Path("{folder}", name).write_text(repr(time.time()))
"""


@pytest.fixture
def notes(cloud: Cloud, tmp_path: Path) -> Path:
    """The folder in which a function records the last events of all tasks and jobs."""
    folder = tmp_path / "notes"
    folder.mkdir()
    function = cloud.function(NOTE.format(folder=folder))
    arn = cloud.client("lambda").get_function(FunctionName=function)["Configuration"]["FunctionArn"]
    events, rule = cloud.client("events"), unique("rule")
    pattern = {
        "source": ["aws.ecs", "aws.batch"],
        "$or": [
            {"detail": {"lastStatus": ["STOPPED"]}},
            {"detail": {"status": ["SUCCEEDED", "FAILED"]}},
        ],
    }
    made = events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=rule, Targets=[{"Id": "function", "Arn": arn}])
    cloud.client("lambda").add_permission(
        FunctionName=function,
        StatementId="events",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=made["RuleArn"],
    )
    cloud.invoke(function, {"detail": {"jobId": "warm"}})
    return folder


def test_the_end_of_a_container_reaches_a_function_quickly(
    ecs: Ecs, batch: Batch, notes: Path, tmp_path: Path
) -> None:
    script = sh(f"date +%s.%N > {tmp_path}/ended-$0")
    identifiers = {
        "task": ecs.run_command([*script, "task"]).rpartition("/")[2],
        "job": batch.run([*script, "job"]),
    }
    for name, identifier in identifiers.items():
        wait_for((notes / identifier).exists)
        wait_for((notes / identifier).read_text)
        ended = float((tmp_path / f"ended-{name}").read_text(encoding="utf-8"))
        took = float((notes / identifier).read_text(encoding="utf-8")) - ended
        assert 0 < took < 2


def test_a_hundred_containers_each_end_once(
    ecs: Ecs, batch: Batch, notes: Path, tmp_path: Path
) -> None:
    script = sh(f"echo x >> {tmp_path}/$0-$1; sleep 0.05")
    task_definition = ecs.definition(ecs.container(["true"]))
    job_definition = batch.definition(["true"])
    identifiers = []
    for number in range(MANY // 2):
        override = {"name": "app", "command": [*script, "task", str(number)]}
        arn = ecs.run(task_definition, overrides={"containerOverrides": [override]})
        identifiers.append(arn.rpartition("/")[2])
        command = [*script, "job", str(number)]
        identifiers.append(batch.submit(job_definition, containerOverrides={"command": command}))
    wait_for(lambda: all((notes / name).exists() for name in identifiers), seconds=40)
    ran = [path.read_text(encoding="utf-8") for path in tmp_path.glob("*-*")]
    assert ran == ["x\n"] * MANY


def test_nothing_remains_of_a_stopped_cloud(make_cli: Callable[..., Cli], tmp_path: Path) -> None:
    cloud = start(make_cli, tmp_path / "images.json")
    ecs, batch = make_ecs(cloud), make_batch(cloud, kind="FARGATE", max_vcpus=1)
    for name, begin in (("task", ecs.run_command), ("job", batch.run)):
        trap = "trap '' TERM; setsid sleep 1000 & "
        begin(sh(f"{trap} echo $$ $! > {tmp_path}/{name}; sleep 1000"))
    files = [tmp_path / "task", tmp_path / "job"]
    wait_for(lambda: all(file.exists() and file.read_text().strip() for file in files))
    pids = [int(word) for file in files for word in file.read_text(encoding="utf-8").split()]
    assert all(psutil.pid_exists(pid) for pid in pids)
    begun = time.monotonic()
    assert cloud.cli.run("stop").returncode == 0
    assert time.monotonic() - begun < 10
    assert not any(running(pid) for pid in pids)


def running(pid: int) -> bool:
    """Return whether a process exists and is not a zombie."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
