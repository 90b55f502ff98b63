"""The stack's Fargate and Batch flows in real containers: the local cloud runs them in Docker."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from activity_dispatch_cli import execution
from activity_dispatch_cli.execution import Ended
from operations.clients import connect
from operations.deploy import terraform
from operations.local import cloud
from operations.outputs import Outputs

IMAGES = Path(__file__).resolve().parents[2] / "build/images.json"
LIMIT_SECONDS = 120
TEXT = b"one two\ntwo\n"


@pytest.fixture(scope="module")
def stack() -> Iterator[Outputs]:
    """The stack on its own cloud, with the built image."""
    assert not cloud.answers(), f"a cloud answers at {cloud.endpoint()}: it may not run containers in Docker"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LOCALCLOUD_RUNNER", "docker")
        environment.setenv("TF_VAR_worker_image", json.loads(IMAGES.read_text())["worker"])
        with cloud.running():
            yield terraform.deploy("local")


@pytest.fixture(scope="module")
def run(stack: Outputs) -> Callable[..., Ended]:
    """Run an execution to its end; `job` changes its container."""
    clients = connect(stack)
    clients.s3.put_object(Bucket=stack.data_bucket, Key="flows.txt", Body=TEXT)

    def begin(backend: str, **job: Any) -> Ended:
        document = {"source": f"s3://{stack.data_bucket}/flows.txt"} | ({"job": job} if job else {})
        arn = execution.start(clients.stepfunctions, stack.state_machines[backend], document)
        return execution.follow(
            clients.stepfunctions, arn, tell=lambda line: None, limit_seconds=LIMIT_SECONDS
        )

    return begin


@pytest.mark.parametrize("backend", ["fargate", "batch"])
def test_the_job_runs_in_a_container_and_returns_its_result(run, backend: str) -> None:
    ended = run(backend)
    assert ended.status == "SUCCEEDED", (ended.error, ended.cause)
    summary = json.loads(ended.output)["summary"]
    assert (summary["lines"], summary["words"], summary["distinct_words"]) == (2, 3, 2)


@pytest.mark.parametrize("backend", ["fargate", "batch"])
def test_the_job_runs_in_the_built_image(run, backend: str) -> None:
    script = (
        "import json, os; print(json.dumps({'user': os.getuid(), 'docker': os.path.exists('/.dockerenv')}))"
    )
    ended = run(backend, command=["python", "-c", script])
    assert ended.status == "SUCCEEDED", (ended.error, ended.cause)
    assert json.loads(ended.output)["summary"] == {"user": 65532, "docker": True}


@pytest.mark.parametrize("backend", ["fargate", "batch"])
def test_a_failure_has_the_exit_code_and_the_last_lines(run, backend: str) -> None:
    ended = run(backend, command=["sh", "-c", "echo working; exit 3"])
    cause = json.loads(ended.cause)
    assert (ended.error, cause["exit_code"]) == ("Job.Failed", 3)
    assert "working" in cause["log_tail"]
