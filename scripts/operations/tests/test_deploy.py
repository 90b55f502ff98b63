"""The steps of a deploy, with a terraform that only notes how it was called."""

import json
from pathlib import Path

import pytest

from operations import cloud, deploy, outputs
from operations.errors import OperationError


@pytest.fixture(autouse=True)
def _answering_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud, "answers", lambda _at: True)
    monkeypatch.setattr(cloud, "endpoint", lambda: "http://127.0.0.1:4650")
    # What the fake terraform puts out is not a whole stack's.
    monkeypatch.setattr(outputs, "parse", lambda document: document)


def test_a_deploy_is_init_apply_and_output(checkout: Path, terraform_calls: Path) -> None:
    deploy.deploy("dev")
    folder = f"{checkout}/terraform/environments/dev"
    assert terraform_calls.read_text().splitlines() == [
        f"{folder} endpoint=",
        f"-chdir={folder} apply -auto-approve -input=false -parallelism=30 endpoint=",
        f"-chdir={folder} output -json endpoint=",
    ]
    assert json.loads((checkout / "build/dev/outputs.json").read_text()) == {"region": "eu-west-1"}


def test_the_local_environment_is_told_where_the_cloud_is(terraform_calls: Path) -> None:
    deploy.deploy("local")
    assert "endpoint=http://127.0.0.1:4650" in terraform_calls.read_text().splitlines()[1]


@pytest.mark.usefixtures("terraform_calls")
def test_a_failure_carries_what_terraform_said(checkout: Path) -> None:
    refused = checkout / "terraform/environments/refused"
    refused.mkdir()
    (refused / "main.tf").touch()
    log = checkout / "log"
    with pytest.raises(OperationError, match="terraform init failed with exit code 1") as error:
        deploy.deploy("refused", log=log)
    assert error.value.detail == "Error: refused\n"


@pytest.mark.usefixtures("terraform_calls")
def test_an_apply_takes_the_plan_that_was_written_and_once() -> None:
    with pytest.raises(OperationError, match="make plan ENV=dev"):
        deploy.apply_plan("dev")
    plan = deploy.plan("dev")
    plan.touch()
    deploy.apply_plan("dev")
    assert not plan.exists()


def test_only_a_deploy_that_nobody_watches_is_not_asked(terraform_calls: Path) -> None:
    deploy.destroy("dev")
    deploy.destroy("local", ask=False)
    asked, unasked = (line for line in terraform_calls.read_text().splitlines() if " destroy " in line)
    assert "-auto-approve" not in asked
    assert "-auto-approve" in unasked


@pytest.mark.usefixtures("terraform_calls")
def test_an_unknown_environment_is_answered_with_those_there_are() -> None:
    with pytest.raises(
        OperationError, match="no environment 'prod' in terraform/environments; there are: dev, local"
    ):
        deploy.deploy("prod")


@pytest.mark.usefixtures("terraform_calls")
def test_no_local_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud, "answers", lambda _at: False)
    with pytest.raises(OperationError, match="run `make local-up` first"):
        deploy.deploy("local")
