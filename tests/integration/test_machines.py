"""One state machine with three activities, one of them twice, in a Map and a Parallel; in both languages."""

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.integration import trial
from tests.integration.helpers import pack, refusals
from tests.judges.asl import machines

from operations import paths, process

RELEASE = "films-release"
LANGUAGES = ("in-jsonpath", "in-jsonata")
# Longer than a double can tell apart: what a JSON parser on the way would round.
LONG = 9007199254740993
STATE = """
from activity_dispatch import processing_handler

@processing_handler
def handle(job_input):
    return {"by": "FUNCTION", "scenes": len(job_input["scenes"])}
"""
# Returns its input, and who it was.
CONTAINER = """printf '{"by": "cut", "of": %s}' "$(cat)" """


@pytest.fixture(scope="module")
def films(running_cloud: str, client, tmp_path_factory) -> dict[str, str]:
    """Apply the example one-machine; return the ARNs of its state machines."""
    folder = tmp_path_factory.mktemp("machines")
    for name in ("caption", "score"):
        package = pack(folder / f"{name}.zip", {"echo.py": STATE.replace("FUNCTION", name)})
        trial.create_function(client, name, "films", package)
    known = json.loads(paths.CLOUD_IMAGES.read_text())
    worker = {"argv": [str(paths.TASK_WORKER), "--"], "command": ["sh", "-c", CONTAINER]}
    paths.CLOUD_IMAGES.write_text(json.dumps({**known, "films-cut": worker}))
    # Nothing is destroyed before the cloud stops: as the example has it, the task table is protected.
    return _apply(_example(folder, client), running_cloud)


def _example(folder: Path, client: Any) -> Path:
    """Copy the example, with values for its variables."""
    copy = folder / "terraform/examples/one-machine"
    ignored = shutil.ignore_patterns(".terraform*", "tests")
    shutil.copytree(paths.ROOT / "terraform/examples/one-machine", copy, ignore=ignored)
    (folder / "terraform/modules").symlink_to(paths.ROOT / "terraform/modules")
    functions = {
        name: {"arn": f"arn:aws:lambda:{trial.REGION}:{trial.ACCOUNT}:function:{name}", "role_name": name}
        for name in ("caption", "score")
    }
    (vpc,) = client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    subnets = client("ec2").describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])[
        "Subnets"
    ]
    variables = {
        "packages": trial.upload_zips(client, RELEASE),
        "functions": functions,
        "image": "films-cut:1",
        "network": {"vpc_id": vpc["VpcId"], "subnets": [one["SubnetId"] for one in subnets]},
    }
    (copy / "terraform.tfvars.json").write_text(json.dumps(variables))
    return copy


def _apply(folder: Path, endpoint: str) -> dict[str, str]:
    process.run([paths.TERRAFORM_INIT, folder], timeout_seconds=trial.APPLY_SECONDS)
    terraform = ["terraform", f"-chdir={folder}"]
    environment = {**os.environ, **trial.environment(endpoint)}
    for command in (["apply", "-auto-approve", "-input=false", "-parallelism=30"], ["output", "-json"]):
        done = subprocess.run(
            [*terraform, *command],
            env=environment,
            capture_output=True,
            text=True,
            timeout=trial.APPLY_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    arns: dict[str, str] = json.loads(done.stdout)["state_machines"]["value"]
    return arns


@pytest.mark.parametrize("name", LANGUAGES)
def test_the_machine_is_accepted_by_the_judge(films: dict[str, str], client, name: str) -> None:
    described = client("stepfunctions").describe_state_machine(stateMachineArn=films[name])
    definition = json.loads(described["definition"])
    assert machines.judge([definition]) == [[]]
    assert ("QueryLanguage" in definition) == (name == "in-jsonata")
    uses = Counter(re.findall(r"activity:films-(\w+)", described["definition"]))
    # Each use names its activity twice: in the request, and in the state that waits.
    assert uses == {"cut": 4, "caption": 2, "score": 2}


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_use_processes_its_task(films: dict[str, str], client, follow, name: str) -> None:
    arn = client("stepfunctions").start_execution(
        stateMachineArn=films[name], input=json.dumps({"scenes": [{"n": LONG}, {"n": 1.5}]})
    )["executionArn"]
    ended = follow(arn)
    assert ended.status == "SUCCEEDED", (ended.error, ended.cause)
    scenes = [{"by": "cut", "of": {"n": LONG}}, {"by": "cut", "of": {"n": 1.5}}]
    sound = [{"by": "caption", "scenes": 2}, {"by": "score", "scenes": 2}]
    assert json.loads(ended.output or "null") == {"by": "cut", "of": {"scenes": scenes, "sound": sound}}
    kinds = Counter(event["type"] for event in ended.events)
    assert (kinds["ActivityScheduled"], kinds["ActivitySucceeded"]) == (5, 5)


def test_no_permission_was_missing(films: dict[str, str], running_cloud: str) -> None:
    assert [line for line in refusals(running_cloud) if "films" in line] == []
