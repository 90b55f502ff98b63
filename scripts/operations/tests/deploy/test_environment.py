"""An environment's file: what is read from it, and how errors in it are reported."""

from pathlib import Path
from typing import Any

import pytest

from operations import paths
from operations.deploy import environment
from operations.errors import OperationError

GOOD = """# A comment = with an equals sign
account_id = "123456789012" # the team's
region     = "eu-west-1"
name = "dispatch-dev"
backends = ["ecs", "sagemaker"]
network = {
  vpc_id = "vpc-1"
}
protected = true
tags = { Team = "a" }
"""


@pytest.fixture
def write(checkout: Path) -> Any:
    return (checkout / "terraform/environments/dev/terraform.tfvars").write_text


def test_the_fields_that_make_needs_are_read(write: Any) -> None:
    write(GOOD)
    dev = environment.read("dev")
    assert dev.state_bucket == "dispatch-dev-state-123456789012-eu-west-1"
    assert (dev.protected, dev.images, dev.tags) == (True, ["worker", "training"], '{ Team = "a" }')
    assert "-backend-config=bucket=dispatch-dev-state-123456789012-eu-west-1" in dev.backend_arguments


@pytest.mark.parametrize(
    ("line", "worker"),
    [("", "amd64"), ('architecture = "X86_64"', "amd64"), ('architecture = "ARM64"', "arm64")],
)
def test_the_worker_is_for_the_containers_processor_and_trainings_are_for_x86(
    write: Any, line: str, worker: str
) -> None:
    write(f"{GOOD}{line}\n")
    dev = environment.read("dev")
    assert (dev.architecture_of("worker"), dev.architecture_of("training")) == (worker, "amd64")


def test_another_processor_is_refused(write: Any) -> None:
    write(f'{GOOD}architecture = "arm64"\n')
    with pytest.raises(OperationError, match='architecture must be "X86_64" or "ARM64", not "arm64"'):
        environment.read("dev")


def test_without_containers_no_image_is_needed(write: Any) -> None:
    write(GOOD.replace('["ecs", "sagemaker"]', "[]"))
    assert environment.read("dev").images == []


def test_all_invalid_fields_are_reported_at_once(write: Any) -> None:
    write(
        GOOD.replace('"123456789012"', '"FILL-IN"').replace('"eu-west-1"', "eu-west-1").replace("true", "yes")
    )
    with pytest.raises(OperationError) as error:
        environment.read("dev")
    assert str(error.value) == (
        "terraform/environments/dev/terraform.tfvars:"
        ' account_id must be the 12 digits of your account, in quotes, not "FILL-IN";'
        ' region must be a region, such as "eu-west-1", not eu-west-1;'
        " protected must be true or false, not yes"
    )


@pytest.mark.parametrize(
    ("good", "bad", "problem"),
    [
        ('region     = "eu-west-1"\n', "", 'region is missing: it must be a region, such as "eu-west-1"'),
        ('"123456789012"', "123456789012", "in quotes, not 123456789012"),
        ('"dispatch-dev"', "null", "no - at the end, not null"),
        (
            '["ecs", "sagemaker"]',
            '["ecs", 2]',
            'backends must be a list of "ecs", "batch" and "sagemaker", or [], not ["ecs", 2]',
        ),
        ('["ecs", "sagemaker"]', '"ecs"', 'or [], not "ecs"'),
        # What 0.1.0 called ecs.
        ('["ecs", "sagemaker"]', '["fargate"]', 'or [], not ["fargate"]'),
        ("protected = true", 'protected = "true"', 'true or false, not "true"'),
    ],
)
def test_an_error_quotes_the_value_and_says_what_is_allowed(
    good: str, bad: str, problem: str, write: Any
) -> None:
    write(GOOD.replace(good, bad))
    with pytest.raises(OperationError) as error:
        environment.read("dev")
    assert str(error.value).endswith(problem)


def test_a_list_may_span_lines(write: Any) -> None:
    write(GOOD.replace('["ecs", "sagemaker"]', '[\n  "ecs", # small\n  "sagemaker",\n]'))
    assert environment.read("dev").backends == ("ecs", "sagemaker")


def test_invalid_hcl_is_reported_with_its_line(write: Any) -> None:
    write('account_id = "123456789012"\nregion = [\n')
    with pytest.raises(OperationError) as error:
        environment.read("dev")
    assert str(error.value).startswith("terraform/environments/dev/terraform.tfvars is not valid HCL: line ")


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_the_environments_of_this_repository_lack_only_the_account(env: str) -> None:
    with pytest.raises(OperationError) as error:
        environment.read(env)
    assert str(error.value).endswith(
        'account_id must be the 12 digits of your account, in quotes, not "FILL-IN"'
    )


def test_a_missing_file_is_reported(checkout: Path) -> None:
    (paths.ENVIRONMENTS / "dev/terraform.tfvars").unlink()
    with pytest.raises(OperationError, match=r"terraform.tfvars is missing"):
        environment.read("dev")
