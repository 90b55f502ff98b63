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


@pytest.fixture
def pushed(checkout: Path) -> None:
    file = checkout / "build/dev/images.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"worker": "registry/worker:1"}')


@pytest.mark.usefixtures("pushed")
def test_a_deploy_is_init_plan_apply_and_output(checkout: Path, terraform_calls: Path) -> None:
    assert not deploy.plan("dev").changes
    (checkout / "build/dev/terraform.tfplan").touch()
    deploy.apply_plan("dev")
    folder = f"{checkout}/terraform/environments/dev"
    file = f"{checkout}/build/dev/terraform.tfplan"
    init, *others = terraform_calls.read_text().splitlines()
    assert init == (
        f"{folder} -reconfigure -backend-config=bucket=dispatch-dev-state-123456789012-eu-west-1"
        ' -backend-config=region=eu-west-1 -backend-config=allowed_account_ids=["123456789012"] endpoint='
    )
    assert others == [
        f"-chdir={folder} plan -input=false -detailed-exitcode -out={file} -parallelism=30"
        ' -var=images={"worker": "registry/worker:1"} endpoint=',
        f"-chdir={folder} apply -input=false -parallelism=30 {file} endpoint=",
        f"-chdir={folder} output -json endpoint=",
    ]
    assert json.loads((checkout / "build/dev/outputs.json").read_text()) == {"region": "eu-west-1"}


@pytest.mark.usefixtures("terraform_calls")
def test_an_image_that_was_not_pushed_is_told() -> None:
    with pytest.raises(OperationError, match="make push ENV=dev IMAGE=worker"):
        deploy.plan("dev")
    # To remove everything needs none.
    deploy.plan("dev", to_destroy=True)


def test_the_one_output_of_an_account_is_what_it_holds(checkout: Path) -> None:
    deployed = outputs.save("dev", '{"stack": {"value": {"region": "eu-west-1"}}}')
    assert deployed == {"region": "eu-west-1"}  # type: ignore[comparison-overlap]


def test_the_local_environment_is_told_where_the_cloud_is(terraform_calls: Path) -> None:
    deploy.deploy("local")
    assert "endpoint=http://127.0.0.1:4650" in terraform_calls.read_text().splitlines()[1]


@pytest.mark.usefixtures("terraform_calls")
def test_a_failure_carries_what_terraform_said(checkout: Path) -> None:
    refused = checkout / "terraform/environments/refused"
    refused.mkdir()
    (refused / "main.tf").touch()
    (refused.parent / "dev/terraform.tfvars").rename(refused / "terraform.tfvars")
    log = checkout / "log"
    with pytest.raises(OperationError, match="terraform init failed with exit code 1") as error:
        deploy.deploy("refused", log=log)
    assert error.value.detail == "Error: refused\n"


@pytest.mark.usefixtures("terraform_calls", "pushed")
def test_an_apply_takes_the_plan_that_was_written_and_once() -> None:
    with pytest.raises(OperationError, match="make plan ENV=dev"):
        deploy.apply_plan("dev")
    plan = deploy.plan("dev").file
    plan.touch()
    deploy.apply_plan("dev")
    assert not plan.exists()


def test_an_account_s_destroy_is_a_plan_that_was_written(checkout: Path, terraform_calls: Path) -> None:
    deploy.plan("dev", to_destroy=True).file.touch()
    with pytest.raises(OperationError, match="there is no plan for dev"):
        deploy.apply_plan("dev")
    deploy.destroy("dev")
    deploy.destroy("local")
    plan, apply, local = (
        line for line in terraform_calls.read_text().splitlines() if line.startswith("-chdir")
    )
    assert " -destroy " in plan
    assert f" {checkout}/build/dev/destroy.tfplan " in apply
    assert " destroy -auto-approve " in local


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
