"""The state is in build/ENV/verify, and what is left is removed with the values it was made with."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from scripts.operations.tests.verify.worlds import ACCOUNT, environment

from activity_dispatch.domain.activities import Activity
from operations import paths
from operations.errors import OperationError
from operations.verify import packing, surroundings
from operations.verify.deployment import MAX_SUFFIX, Deployment, new_name

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "build/dev/verify"


@pytest.fixture
def deployment(terraform_calls: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    monkeypatch.setattr(paths, "VERIFY", checkout / "terraform/verify")
    return Deployment(env="dev", endpoint=None)


def test_the_state_survives_and_is_found(deployment: Deployment, checkout: Path) -> None:
    assert not deployment.is_left()
    state = checkout / FOLDER / "terraform.tfstate"
    state.parent.mkdir(parents=True)
    state.write_text('{"resources": []}')
    assert not deployment.is_left()
    state.write_text('{"resources": [{}]}')
    assert deployment.is_left()
    state.write_text("{")
    with pytest.raises(OperationError, match=f"{FOLDER}/terraform.tfstate is no state"):
        deployment.is_left()


def test_it_is_destroyed_with_the_values_it_was_applied_with(
    deployment: Deployment, checkout: Path, terraform_calls: Path
) -> None:
    # The fake Terraform's outputs are not those of terraform/verify.
    with pytest.raises(KeyError):
        deployment.apply({"name": "verify-0a1b-dispatch-dev"})
    file = checkout / FOLDER / "run.tfvars.json"
    assert json.loads(file.read_text()) == {"name": "verify-0a1b-dispatch-dev"}
    deployment.destroy()
    calls = terraform_calls.read_text().splitlines()
    assert f"-backend-config=path={checkout / FOLDER / 'terraform.tfstate'}" in calls[0]
    (destroyed,) = (call for call in calls if " destroy " in call)
    assert f"-var-file={file}" in destroyed
    assert not file.exists()
    deployment.destroy()
    assert terraform_calls.read_text().splitlines() == calls


def test_a_failed_destroy_says_what_to_run(deployment: Deployment, checkout: Path) -> None:
    (checkout / FOLDER / "refused").mkdir(parents=True)
    (checkout / FOLDER / "run.tfvars.json").write_text("{}")
    refusing = Deployment(env="dev", endpoint=None)
    paths.VERIFY.mkdir(parents=True)
    moved = checkout / "terraform/refused"
    paths.VERIFY.rename(moved)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "VERIFY", moved)
        with pytest.raises(OperationError, match="`make verify ENV=dev` tries it again") as raised:
            refusing.destroy()
    assert f"{FOLDER}/terraform.tfstate" in str(raised.value)
    assert (checkout / FOLDER / "run.tfvars.json").exists()


def test_two_runs_at_once_are_refused(deployment: Deployment) -> None:
    with deployment.locked():
        other = Deployment(env="dev", endpoint=None)
        with pytest.raises(OperationError, match="another `make verify ENV=dev` is running"), other.locked():
            pass
    with deployment.locked():
        pass


@pytest.mark.parametrize("name", ["dispatch-dev", "first-light", "a-name-of-24-characters-", "x-y-z"])
def test_a_name_is_one_that_module_stack_takes(name: str) -> None:
    made = new_name(name)
    assert made != new_name(name)
    assert len(made) <= 24
    assert made.endswith("-" + name[:MAX_SUFFIX].rstrip("-"))
    # Otherwise the environment's stack would hear of the ends of its jobs.
    assert not made.startswith(f"{name}-")
    assert "--" not in made


def test_the_package_has_the_functions_and_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    with pytest.raises(OperationError, match=r"build/zip/process\.zip is missing: run `make zip` first"):
        packing.pack(tmp_path / "job.zip")
    built = tmp_path / "build/zip/process.zip"
    built.parent.mkdir(parents=True)
    with zipfile.ZipFile(built, "w") as archive:
        archive.writestr("process/handler.py", "")
        archive.writestr("activity_dispatch/__init__.py", "")
    with zipfile.ZipFile(packing.pack(tmp_path / "made/job.zip")) as archive:
        assert archive.namelist() == ["activity_dispatch/__init__.py", "job.py"]
        assert b"def send_on" in archive.read("job.py")


def test_what_is_taken_from_the_environment() -> None:
    image = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/dispatch-dev/training:abc"
    configs: list[dict[str, Any]] = [
        {"cluster": "arn:cluster"},
        {"job_queue": "arn:queue"},
        {
            "request": {
                "AlgorithmSpecification": {"TrainingImage": image},
                "ResourceConfig": {"InstanceType": "ml.g4dn.xlarge"},
            }
        },
    ]
    activities = [
        Activity(arn=f"a{n}", name=str(n), backend="x", config=config, heartbeat_seconds=1, timeout_seconds=2)
        for n, config in enumerate(configs)
    ]
    around = surroundings.of(environment(permissions_boundary_arn="arn:bounds"), activities, ACCOUNT)
    assert (around.name, around.training_instance_type) == ("dispatch-dev", "ml.g4dn.xlarge")
    assert around.watched["cluster_arns"] == ["arn:cluster"]
    assert around.watched["job_queue_arns"] == ["arn:queue"]
    assert len(around.watched["state_machine_arns"]) == 4
    assert around.variables("n", "p")["permissions_boundary_arn"] == "arn:bounds"
    training = around.variables("n", "p")["training"]
    assert training["repository_arns"] == [
        f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/dispatch-dev/training"
    ]
    assert surroundings.of(environment(), [], ACCOUNT).variables("n", "p")["training"] is None
    assert (
        surroundings.of(environment(), [], None).variables("n", "p")["training"]["image"] == "busybox:verify"
    )
