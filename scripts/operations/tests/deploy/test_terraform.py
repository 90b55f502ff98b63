"""The steps of a deploy, with a fake terraform that records how it was called."""

import json
from pathlib import Path

import pytest

from operations import outputs
from operations.deploy import terraform
from operations.errors import OperationError
from operations.local import cloud


@pytest.fixture(autouse=True)
def _answering_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud, "answers", lambda _at: True)
    monkeypatch.setattr(cloud, "endpoint", lambda: "http://127.0.0.1:4650")
    # The fake terraform's outputs are not a complete stack's.
    monkeypatch.setattr(outputs, "parse", lambda document: document)


@pytest.fixture
def pushed(checkout: Path) -> None:
    file = checkout / "build/dev/images.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"worker": "registry/worker:1"}')


@pytest.mark.usefixtures("pushed")
def test_a_deploy_is_init_plan_apply_and_output(checkout: Path, terraform_calls: Path) -> None:
    assert not terraform.plan("dev").changes
    (checkout / "build/dev/terraform.tfplan").touch()
    terraform.apply_plan("dev")
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
def test_an_image_that_was_not_pushed_is_reported() -> None:
    with pytest.raises(OperationError, match="make push ENV=dev IMAGE=worker"):
        terraform.plan("dev")
    # Removing everything needs none.
    terraform.plan("dev", to_destroy=True)


def test_an_account_s_single_output_is_unpacked(checkout: Path) -> None:
    deployed = outputs.save("dev", '{"stack": {"value": {"region": "eu-west-1"}}}')
    assert deployed == {"region": "eu-west-1"}  # type: ignore[comparison-overlap]


def test_the_local_environment_gets_the_cloud_s_endpoint(terraform_calls: Path) -> None:
    terraform.deploy("local")
    assert "endpoint=http://127.0.0.1:4650" in terraform_calls.read_text().splitlines()[1]


@pytest.mark.usefixtures("terraform_calls")
def test_a_failure_carries_terraform_s_output(checkout: Path) -> None:
    refused = checkout / "terraform/environments/refused"
    refused.mkdir()
    (refused / "main.tf").touch()
    (refused.parent / "dev/terraform.tfvars").rename(refused / "terraform.tfvars")
    log = checkout / "log"
    with pytest.raises(OperationError, match="terraform init failed with exit code 1") as error:
        terraform.deploy("refused", log=log)
    assert error.value.detail == "Error: refused"


@pytest.mark.usefixtures("terraform_calls", "pushed")
def test_a_written_plan_is_applied_once() -> None:
    with pytest.raises(OperationError, match="make plan ENV=dev"):
        terraform.apply_plan("dev")
    plan = terraform.plan("dev").file
    plan.touch()
    terraform.apply_plan("dev")
    assert not plan.exists()


def test_in_an_account_destroy_applies_a_written_plan(checkout: Path, terraform_calls: Path) -> None:
    terraform.plan("dev", to_destroy=True).file.touch()
    with pytest.raises(OperationError, match="there is no plan for dev"):
        terraform.apply_plan("dev")
    terraform.destroy("dev")
    terraform.destroy("local")
    plan, apply, local = (
        line for line in terraform_calls.read_text().splitlines() if line.startswith("-chdir")
    )
    assert " -destroy " in plan
    assert f" {checkout}/build/dev/destroy.tfplan " in apply
    assert " destroy -auto-approve " in local


@pytest.mark.usefixtures("terraform_calls")
def test_an_unknown_environment_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        OperationError, match="no environment 'prod' in terraform/environments, only: dev, local"
    ):
        terraform.deploy("prod")


@pytest.mark.usefixtures("terraform_calls")
def test_a_local_deploy_needs_a_local_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud, "answers", lambda _at: False)
    with pytest.raises(OperationError, match="run `make local-up` first"):
        terraform.deploy("local")
