"""Killed processes and hosts end as on AWS when one is lost."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cloud import Cloud, wait_for
from compute.conftest import make_batch
from compute.resources import Ecs, sh

from faults.conftest import Breaker

SLEEPS = """
import pathlib, time
def handle(event, context):
    if event:
        pathlib.Path(event).touch()
        time.sleep(60)
    return "alive"
"""


def test_a_killed_function_fails_with_an_exit_error(
    breaker: Breaker, cloud: Cloud, tmp_path: Path
) -> None:
    name, other = cloud.function(SLEEPS, timeout=90), cloud.function(SLEEPS)
    cloud.invoke(other)
    with ThreadPoolExecutor() as pool:
        call = pool.submit(cloud.invoke, name, str(tmp_path / "up"))
        wait_for((tmp_path / "up").exists)
        assert breaker.kill(what="functions", function=name, probability=1) == [name]
        answer = call.result()
    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"]["errorType"] == "Runtime.ExitError"
    assert "signal: killed" in answer["Payload"]["errorMessage"]
    assert cloud.invoke(name)["Payload"] == "alive"
    assert cloud.invoke(other)["Payload"] == "alive"


def test_no_more_are_killed_than_requested(breaker: Breaker, cloud: Cloud) -> None:
    name = cloud.function(SLEEPS)
    cloud.invoke(name)
    assert breaker.kill(what="functions", function=name, count=0) == []
    assert breaker.kill(what="functions", function=name, probability=0, seed=3) == []
    assert breaker.kill(what="functions", function=name, count=9) == [name]
    assert breaker.kill(what="functions", function=name, count=9) == []


def test_a_killed_container_has_the_exit_code_of_sigkill(
    breaker: Breaker, ecs: Ecs, tmp_path: Path
) -> None:
    arn = ecs.run_command(sh(f"touch {tmp_path}/up; sleep 1000"))
    wait_for((tmp_path / "up").exists)
    # The program may be up before the cloud has noted its process.
    ecs.reach(arn, "RUNNING")
    assert len(breaker.kill(what="containers", count=1)) == 1
    task = ecs.reach(arn, "STOPPED")
    assert task["stopCode"] == "EssentialContainerExited"
    assert task["containers"][0]["exitCode"] == 137


def test_a_lost_host_ends_its_task_or_job(
    breaker: Breaker, ecs: Ecs, cloud: Cloud, tmp_path: Path
) -> None:
    batch = make_batch(cloud, kind="SPOT", max_vcpus=1)
    arn = ecs.run_command(sh(f"touch {tmp_path}/task; sleep 1000"))
    job = batch.run(sh(f"touch {tmp_path}/job; sleep 1000"))
    for name in ("task", "job"):
        wait_for((tmp_path / name).exists)
    ecs.reach(arn, "RUNNING")
    batch.reach(job, "RUNNING")
    assert sorted(breaker.kill(what="hosts", probability=1)) == sorted([arn, job])
    assert ecs.reach(arn, "STOPPED")["stopCode"] == "SpotInterruption"
    assert batch.ended(job)["statusReason"].startswith("Host EC2")


@pytest.mark.parametrize(
    "body",
    [
        {"what": "planets", "count": 1},
        {"what": "functions"},
        {"what": "functions", "count": 1, "probability": 1},
        {"what": "functions", "count": -1},
        {"what": "functions", "probability": 2},
        {"what": "containers", "function": "x", "count": 1},
    ],
)
def test_a_request_without_a_kind_or_number_is_refused(
    breaker: Breaker, body: dict[str, object]
) -> None:
    status, answer = breaker.call("POST", "kill", body)
    assert status == 400
    assert answer["error"]
