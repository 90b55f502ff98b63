"""The example of the environment `local`, as its documents run it."""

import json
import uuid
from typing import Any

import pytest
from tests.second_cloud.conftest import Allowed, Stacks
from tests.second_cloud.requests import Client

from activity_dispatch_cli import execution
from operations import outputs
from operations.executions.run import run as make_run

TEXT = b"It was the best of times, it was the worst of times,\n" * 1000


@pytest.fixture
def deployed(stacks: Stacks, allowed: Allowed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commands find this stack, and not the one of build/local."""
    monkeypatch.setattr(outputs, "load", lambda env: stacks.local)


def test_make_run_follows_an_execution_to_its_result(
    deployed: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make_run("local", "lambda", "") == 0
    said = capsys.readouterr().out
    assert "SUCCEEDED after" in said
    result = json.loads(said[said.index("{\n") :])
    assert result["summary"]["words"] > 1000
    assert result["result"].endswith(".statistics.json")


def test_a_text_is_counted_and_its_result_published(
    client: Client, stacks: Stacks, allowed: Allowed, wait: Any
) -> None:
    bucket, key = stacks.local.data_bucket, f"{uuid.uuid4().hex}.txt"
    client("s3").put_object(Bucket=bucket, Key=key, Body=TEXT)
    source = f"s3://{bucket}/{key}"
    machine = stacks.local.state_machines["lambda"]
    ended = wait(execution.start(client("stepfunctions"), machine, {"source": source}))
    assert ended.status == "SUCCEEDED", (ended.error, ended.cause)
    output = json.loads(ended.output)
    assert (output["summary"]["lines"], output["summary"]["words"]) == (1000, 12_000)
    assert output["result"] == f"{source}.statistics.json"
    result = client("s3").get_object(Bucket=bucket, Key=f"{key}.statistics.json")["Body"].read()
    assert json.loads(result)["commonest"][0] == {"word": "of", "count": 2000}


def test_a_missing_text_is_an_error_that_says_so(
    client: Client, stacks: Stacks, allowed: Allowed, wait: Any
) -> None:
    machine = stacks.local.state_machines["lambda"]
    source = {"source": f"s3://{stacks.local.data_bucket}/missing.txt"}
    ended = wait(execution.start(client("stepfunctions"), machine, source))
    assert ended.status == "FAILED"
    assert "missing.txt" in ended.cause
