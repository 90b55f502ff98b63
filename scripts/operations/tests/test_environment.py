"""What an environment's file says, and the account guard."""

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import NoCredentialsError

from operations import environment, guard, paths
from operations.errors import OperationError

GOOD = """# A comment = with an equals sign
account_id = "123456789012" # the team's
region     = "eu-west-1"
name = "dispatch-dev"
backends = ["fargate", "sagemaker"]
network = {
  vpc_id = "vpc-1"
}
protected = true
tags = { Team = "a" }
"""


@pytest.fixture
def write(checkout: Path) -> Any:
    return (checkout / "terraform/environments/dev/terraform.tfvars").write_text


def test_reads_what_make_needs(write: Any) -> None:
    write(GOOD)
    dev = environment.read("dev")
    assert dev.state_bucket == "dispatch-dev-state-123456789012-eu-west-1"
    assert (dev.protected, dev.images, dev.tags) == (True, ["worker", "training"], '{ Team = "a" }')
    assert "-backend-config=bucket=dispatch-dev-state-123456789012-eu-west-1" in dev.backend_arguments


def test_without_containers_no_image_is_needed(write: Any) -> None:
    write(GOOD.replace('["fargate", "sagemaker"]', "[]"))
    assert environment.read("dev").images == []


def test_tells_everything_that_is_wrong_at_once(write: Any) -> None:
    write(
        GOOD.replace('"123456789012"', '"FILL-IN"').replace('"eu-west-1"', "eu-west-1").replace("true", "yes")
    )
    with pytest.raises(OperationError) as error:
        environment.read("dev")
    told = str(error.value)
    assert told.startswith("terraform/environments/dev/terraform.tfvars: account_id must be the 12 digits")
    assert "region must be" in told
    assert "protected must be true or false" in told
    assert "name must" not in told


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_the_environments_of_this_repository_lack_only_the_account(env: str) -> None:
    with pytest.raises(OperationError) as error:
        environment.read(env)
    assert str(error.value).endswith("account_id must be the 12 digits of your account, in quotes")


def test_a_missing_file_is_told(checkout: Path) -> None:
    (paths.ENVIRONMENTS / "dev/terraform.tfvars").unlink()
    with pytest.raises(OperationError, match=r"terraform.tfvars is missing"):
        environment.read("dev")


def _answer(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    class Sts:
        def client(self, service: str) -> "Sts":
            assert service == "sts"
            return self

        def get_caller_identity(self) -> Any:
            if isinstance(answer, Exception):
                raise answer
            return {"Account": answer, "Arn": f"arn:aws:iam::{answer}:user/me"}

    monkeypatch.setattr(boto3, "Session", lambda **_: Sts())


def test_the_right_account_passes(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write(GOOD)
    _answer(monkeypatch, "123456789012")
    assert guard.check("dev").account_id == "123456789012"


def test_another_account_is_refused_and_both_are_named(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write(GOOD)
    _answer(monkeypatch, "210987654321")
    with pytest.raises(OperationError, match=r"123456789012.* of account 210987654321 .*nothing was done"):
        guard.check("dev")


def test_nobody_is_logged_in(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write(GOOD)
    _answer(monkeypatch, NoCredentialsError())
    with pytest.raises(OperationError, match="log in to account 123456789012"):
        guard.check("dev")
