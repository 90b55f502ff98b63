"""An environment in an account, from bootstrap to destroy, on a local cloud in place of AWS."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.integration import trial
from tests.integration.helpers import refusals
from tests.integration.trial import Trial

from operations import outputs, paths, process
from operations.deploy import bootstrap, environment, pipeline, terraform
from operations.errors import OperationError
from operations.executions import run

# What a user fills in.
FILLED_IN = {
    'account_id = "FILL-IN"': f'account_id = "{trial.ACCOUNT}"',
    'name = "dispatch-dev"': 'name = "trial"',
    'backends = ["ecs", "batch"]': "backends = []",
}


@pytest.fixture(scope="module")
def checkout(running_cloud: str, modules: Trial, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A checkout with the environment dev filled in; environment variables give credentials and addresses.

    `modules`, for the next test file, is applied meanwhile.
    """
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "build").mkdir()
    (folder / "build/zip").symlink_to(paths.ROOT / "build/zip")
    (folder / "terraform").mkdir()
    for name in ("modules", "examples"):
        (folder / "terraform" / name).symlink_to(paths.ROOT / "terraform" / name)
    for name in ("environments/dev", "bootstrap"):
        ignored = shutil.ignore_patterns(".terraform*", "tests")
        shutil.copytree(paths.ROOT / "terraform" / name, folder / "terraform" / name, ignore=ignored)
    file = folder / "terraform/environments/dev/terraform.tfvars"
    text = file.read_text()
    for before, after in FILLED_IN.items():
        assert before in text
        text = text.replace(before, after)
    file.write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in trial.environment(running_cloud).items():
            patch.setenv(name, value)
        patch.setattr(paths, "ROOT", folder)
        patch.setattr(paths, "ENVIRONMENTS", folder / "terraform/environments")
        patch.setattr(paths, "BOOTSTRAP", folder / "terraform/bootstrap")
        # The zips are built already, and the tests are running.
        patch.setattr(pipeline, "make", lambda _target: None)
        yield folder


@pytest.fixture(scope="module")
def bootstrapped(checkout: Path) -> list[bool]:
    """Whether the first and the second bootstrap changed anything."""
    return [bootstrap.bootstrap("dev"), bootstrap.bootstrap("dev")]


@pytest.fixture(scope="module")
def deployed(bootstrapped: list[bool]) -> outputs.Outputs:
    pipeline.deploy_all("dev", "")
    return outputs.load("dev")


def test_the_first_bootstrap_creates_bucket_and_registries_and_the_second_nothing(
    bootstrapped: list[bool], client: Callable[[str], Any]
) -> None:
    assert bootstrapped == [True, False]
    bucket = environment.read("dev").state_bucket
    s3 = client("s3")
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert "aws:SecureTransport" in s3.get_bucket_policy(Bucket=bucket)["Policy"]
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    names = [one["repositoryName"] for one in client("ecr").describe_repositories()["repositories"]]
    assert {"trial/worker", "trial/training"} <= set(names)


def test_a_deploy_keeps_its_state_in_the_bucket_and_tags_everything(deployed, client) -> None:
    bucket = environment.read("dev").state_bucket
    keys = {item["Key"] for item in client("s3").list_objects_v2(Bucket=bucket)["Contents"]}
    assert keys == {"bootstrap.tfstate", "stack.tfstate"}
    tags = {"Environment": "dev", "ManagedBy": "terraform", "Project": "activity-dispatch"}
    assert client("lambda").list_tags(Resource=deployed.functions["dispatcher"]["arn"])["Tags"] == tags
    queue = deployed.document["dispatch_queue_url"]
    assert client("sqs").list_queue_tags(QueueUrl=queue)["Tags"] == tags


def test_an_execution_runs_in_the_account(deployed) -> None:
    assert run.run("dev", "lambda", "") == 0


def test_a_second_plan_shows_no_change(deployed) -> None:
    assert not terraform.plan("dev").changes


def test_a_locked_state_is_left_alone(deployed, client, capfd) -> None:
    bucket = environment.read("dev").state_bucket
    lock = {"Bucket": bucket, "Key": "stack.tfstate.tflock"}
    client("s3").put_object(**lock, Body=b'{"ID": "somebody", "Who": "somebody@else"}')
    try:
        with pytest.raises(OperationError, match="terraform plan failed"):
            terraform.plan("dev")
    finally:
        client("s3").delete_object(**lock)
    assert "somebody@else" in capfd.readouterr().err


def test_make_state_and_provider_refuse_another_account(deployed, checkout, capfd) -> None:
    folder = paths.ENVIRONMENTS / "dev"
    command = ["terraform", f"-chdir={folder}", "plan", "-input=false", "-var=account_id=111111111111"]
    assert process.run(command, timeout_seconds=trial.APPLY_SECONDS).returncode == 1
    assert "AWS account ID not allowed: 000000000000" in capfd.readouterr().err
    file = folder / environment.FILE
    before = file.read_text()
    file.write_text(before.replace(trial.ACCOUNT, "111111111111"))
    try:
        with pytest.raises(OperationError, match=r"in account 111111111111, .* of account 000000000000"):
            pipeline.plan("dev")
        with pytest.raises(OperationError, match="terraform init failed"):
            terraform.plan("dev")
    finally:
        file.write_text(before)
    assert "AWS account ID not allowed" in capfd.readouterr().err


def test_nothing_was_refused_before_the_destroy(deployed, running_cloud) -> None:
    assert [line for line in refusals(running_cloud) if "trial" in line] == []


def test_destroy_keeps_the_state_and_the_registries(deployed, client, monkeypatch) -> None:
    monkeypatch.setenv("AUTO_APPROVE", "1")
    pipeline.destroy("dev")
    left = [function["FunctionName"] for function in client("lambda").list_functions()["Functions"]]
    assert [name for name in left if name.startswith("trial-")] == []
    settings = environment.read("dev")
    assert boto3.client("s3", region_name=settings.region).head_bucket(Bucket=settings.state_bucket)
    with pytest.raises(OperationError, match="nothing is deployed in dev"):
        outputs.load("dev")
