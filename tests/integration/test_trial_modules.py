"""The modules as another repository uses them: by git source, with zips that lie in a bucket."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.integration import trial

from operations import execution, paths
from operations.release import release

RELEASES = "trial-releases"
GIT = "git::https://git.example.com/activity-dispatch.git//"
PROVIDER = re.compile(r'^provider "aws" \{.*?^\}$', re.MULTILINE | re.DOTALL)
# Everything but its provider, which the trial's own folder has for all of them.
EXAMPLES = """
provider "aws" { region = "eu-west-1" }

locals {
  packages = jsondecode(file("packages.json"))
  image    = "trial:1"
  network  = { vpc_id = data.aws_vpc.default.id, subnets = data.aws_subnets.default.ids }
}

data "aws_vpc" "default" { default = true }

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

module "existing_state_machine" {
  source       = "../terraform/examples/existing-state-machine"
  packages     = local.packages
  function_arn = "arn:aws:lambda:eu-west-1:000000000000:function:invoice"
  role_name    = "invoice"
}

module "fargate_existing_vpc" {
  source   = "../terraform/examples/fargate-existing-vpc"
  packages = local.packages
  image    = local.image
  network  = local.network
}

module "batch_gpu_spot" {
  source   = "../terraform/examples/batch-gpu-spot"
  packages = local.packages
  image    = local.image
  network  = local.network
}

module "every_backend" {
  source         = "../terraform/examples/every-backend"
  packages       = local.packages
  function_arn   = "arn:aws:lambda:eu-west-1:000000000000:function:sketch"
  role_name      = "sketch"
  image          = local.image
  training_image = "trial-training:1"
  network        = local.network
}

output "state_machines" {
  value = merge(module.every_backend.state_machines, {
    orders  = module.existing_state_machine.state_machine
    reports = module.fargate_existing_vpc.state_machine
    renders = module.batch_gpu_spot.state_machine
  })
}
"""


@pytest.fixture(scope="module")
def as_aws(running_cloud: str) -> Iterator[None]:
    """Let Terraform and all else take the local cloud for AWS."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in trial.environment(running_cloud).items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def packages(client: Callable[[str], Any], as_aws: None) -> Path:
    """A release, uploaded as `make release` says."""
    client("s3").create_bucket(
        Bucket=RELEASES, CreateBucketConfiguration={"LocationConstraint": trial.REGION}
    )
    file = release(RELEASES, "dispatch/")
    for package in (file.parent / "zips").iterdir():
        client("s3").put_object(Bucket=RELEASES, Key=f"dispatch/{package.name}", Body=package.read_bytes())
    return file


@pytest.fixture(scope="module")
def functions(client: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    package = trial.pack_echo(tmp_path_factory.mktemp("echo") / "echo.zip")
    stacks = {"letter": "letters", "invoice": "orders", "sketch": "studio"}
    made = [trial.Function(client, name, stack, package) for name, stack in stacks.items()]
    yield
    for function in made:
        function.delete()


@pytest.fixture(scope="module")
def containers(running_cloud: str) -> Iterator[None]:
    """What stands for the images of the examples: a program that returns its input, and a training."""
    before = paths.CLOUD_IMAGES.read_text()
    worker = {"argv": [str(paths.TASK_WORKER), "--"], "command": ["cat"]}
    images = {**json.loads(before), "trial": worker, "trial-training": {"argv": ["echo"]}}
    paths.CLOUD_IMAGES.write_text(json.dumps(images))
    yield
    paths.CLOUD_IMAGES.write_text(before)


def block_of(readme: Path) -> str:
    """The first Terraform in a document."""
    found = re.search(r"```hcl\n(.*?)```", readme.read_text(), re.DOTALL)
    assert found is not None
    return found[1]


def new_folder(folder: Path) -> Path:
    """A folder with what a reader of the smallest example puts into an empty one, and its address of git."""
    repository = trial.repository(folder, "v0.1.0")
    mine = folder / "mine"
    mine.mkdir()
    text = block_of(paths.ROOT / "terraform/examples/smallest/README.md")
    text = text.replace(GIT, f"git::file://{repository}//").replace("123456789012", trial.ACCOUNT)
    (mine / "main.tf").write_text(text)
    # Only to be asked by the test.
    (mine / "outputs.tf").write_text('output "state_machine" { value = module.state_machine.arn }\n')
    return mine


def examples_folder(folder: Path) -> Path:
    """A folder that calls the examples, without their providers."""
    (folder / "terraform/examples").mkdir(parents=True)
    (folder / "terraform/modules").symlink_to(paths.ROOT / "terraform/modules")
    for example in (paths.ROOT / "terraform/examples").iterdir():
        copy = folder / "terraform/examples" / example.name
        shutil.copytree(example, copy, ignore=shutil.ignore_patterns(".terraform*", "tests"))
        main = (copy / "main.tf").read_text()
        (copy / "main.tf").write_text(PROVIDER.sub("", main))
    (folder / "all").mkdir()
    (folder / "all/main.tf").write_text(EXAMPLES)
    return folder / "all"


@pytest.fixture(scope="module")
def applied(
    packages: Path, functions: None, containers: None, tmp_path_factory: pytest.TempPathFactory
) -> SimpleNamespace:
    """Both folders applied at the same time: most of an apply is waiting.

    They stay until the cloud goes: as it is written there, the task table refuses to be deleted.
    """
    new = new_folder(tmp_path_factory.mktemp("new"))
    examples = examples_folder(tmp_path_factory.mktemp("examples"))
    for folder in (new, examples):
        shutil.copy(packages, folder / "packages.json")
    with ThreadPoolExecutor() as pool:
        mine, others = pool.map(trial.apply, (new, examples))
    machines = {**others["state_machines"], "letters": mine["state_machine"]}
    return SimpleNamespace(folder=new, machines=machines)


def _run(client: Callable[[str], Any], follow: Callable[[str], Any], machine: str, content: Any) -> Any:
    ended = follow(execution.start(client("stepfunctions"), machine, content))
    assert ended.status == "SUCCEEDED", f"{ended.error}: {ended.cause}"
    return json.loads(ended.output or "null")


def test_fifteen_lines_in_an_empty_folder_push_a_task_to_a_function(applied, client, follow) -> None:
    text = (applied.folder / "main.tf").read_text()
    assert len([line for line in text.splitlines() if line.strip()]) <= 15
    assert "git::file://" in text
    assert _run(client, follow, applied.machines["letters"], {"pages": 2}) == {"processed": {"pages": 2}}


def test_a_state_machine_that_was_there_goes_through_the_task(applied, client, follow) -> None:
    output = _run(client, follow, applied.machines["orders"], {"order": 7})
    given = {"order": 7, "checked": True}
    assert output == {**given, "result": {"invoice": {"processed": given}}, "archived": True}


@pytest.mark.parametrize("machine", ["reports", "renders", "fargate", "batch"])
def test_containers_get_the_task(applied, client, follow, machine: str) -> None:
    assert _run(client, follow, applied.machines[machine], {"job_for": machine}) == {"job_for": machine}


def test_a_function_beside_other_backends(applied, client, follow) -> None:
    assert _run(client, follow, applied.machines["sketch"], [1]) == {"processed": [1]}


def test_a_training_job(applied, client, follow) -> None:
    output = _run(client, follow, applied.machines["sagemaker"], {"hyperparameters": {}})
    assert output["job_name"].startswith("task-")
