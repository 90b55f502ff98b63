"""The modules and the examples as another repository uses them, on a local cloud in place of AWS."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.helpers import pack

from operations import paths

APPLY_SECONDS = 400
REGION = "eu-west-1"
ACCOUNT = "000000000000"
GIT = "git::https://git.example.com/activity-dispatch.git//"
PROVIDER = re.compile(r'^provider "aws" \{.*?\}$', re.MULTILINE | re.DOTALL)
# The user's functions, and the stack that starts each.
FUNCTIONS = {"letter": "letters", "invoice": "orders", "sketch": "studio"}
ECHO = """
from activity_dispatch import processing_handler

@processing_handler
def handle(job_input):
    return {"processed": job_input}
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
WRITE_LOGS = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": "*",
        }
    ],
}


def environment(endpoint: str) -> dict[str, str]:
    """The variables that point AWS's tools and Terraform at a local cloud."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a reader of the smallest example applies, and the other examples: applied, or being applied."""

    folder: Path
    new: Future[Any]
    examples: Future[Any]

    def machines(self) -> dict[str, str]:
        """Wait until everything is applied; return the ARNs of the state machines by name."""
        return {**self.examples.result()["state_machines"], "letters": self.new.result()["state_machine"]}


@contextmanager
def modules(endpoint: str, client: Callable[[str], Any], folder: Path) -> Iterator[Trial]:
    """Apply everything in the background: an apply mostly waits.

    Nothing is destroyed before the cloud stops: as the examples have it, the task tables are protected.
    """
    packages = _upload_release(client)
    package = pack(folder / "echo.zip", {"echo.py": ECHO})
    for name, stack in FUNCTIONS.items():
        create_function(client, name, stack, package)
    _map_images()
    new, examples = new_folder(folder), examples_folder(folder)
    for one in (new, examples):
        shutil.copy(packages, one / "packages.json")
    with ThreadPoolExecutor() as pool:
        yield Trial(
            folder=new,
            new=pool.submit(_apply, new, endpoint),
            examples=pool.submit(_apply, examples, endpoint),
        )


def _apply(folder: Path, endpoint: str) -> Any:
    """Apply a folder; return its outputs."""
    _run(endpoint, paths.TERRAFORM_INIT, folder)
    _run(
        endpoint, "terraform", f"-chdir={folder}", "apply", "-auto-approve", "-input=false", "-parallelism=30"
    )
    outputs = json.loads(_run(endpoint, "terraform", f"-chdir={folder}", "output", "-json"))
    return {name: output["value"] for name, output in outputs.items()}


def _run(endpoint: str, *command: str | Path) -> str:
    done = subprocess.run(
        command,
        env={**os.environ, **environment(endpoint)},
        capture_output=True,
        text=True,
        timeout=APPLY_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]} {done.stderr}"
    return done.stdout


def _upload_release(client: Callable[[str], Any]) -> Path:
    """Write a release as docs/modules.md says, and upload it as the command's output says."""
    command = "make release BUCKET=acme-releases PREFIX=activity-dispatch/"
    subprocess.run(command.split(), cwd=paths.ROOT, check=True, capture_output=True)
    folder, s3 = paths.ROOT / "build/release", client("s3")
    s3.create_bucket(Bucket="acme-releases", CreateBucketConfiguration={"LocationConstraint": REGION})
    for package in (folder / "zips").iterdir():
        key = f"activity-dispatch/{package.name}"
        s3.put_object(Bucket="acme-releases", Key=key, Body=package.read_bytes())
    return folder / "packages.json"


def upload_zips(client: Callable[[str], Any], bucket: str) -> dict[str, Any]:
    """Put the built zips into a new bucket; return the variable `packages`."""
    s3 = client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    zips = {}
    for file in sorted((paths.ROOT / "build/zip").glob("*.zip")):
        body = file.read_bytes()
        s3.put_object(Bucket=bucket, Key=file.name, Body=body)
        zips[file.stem] = {"key": file.name, "hash": base64.b64encode(hashlib.sha256(body).digest()).decode()}
    return {"bucket": bucket, "zips": zips}


def _map_images() -> None:
    """Give the cloud the images: a program that returns its input, and a training."""
    worker = {"argv": [str(paths.TASK_WORKER), "--"], "command": ["cat"]}
    known = json.loads(paths.CLOUD_IMAGES.read_text())
    images = {**known, "trial": worker, "trial-training": {"argv": ["echo"]}}
    paths.CLOUD_IMAGES.write_text(json.dumps(images))


def new_folder(folder: Path) -> Path:
    """Create a folder with what a reader of the smallest example puts into an empty one."""
    bare = repository(folder, "v0.2.0")
    mine = folder / "mine"
    mine.mkdir()
    readme = paths.ROOT / "terraform/examples/smallest/README.md"
    shown = re.search(r"```hcl\n(.*?)```", readme.read_text(), re.DOTALL)
    assert shown is not None
    text = shown[1].replace(GIT, f"git::file://{bare}//").replace("123456789012", ACCOUNT)
    (mine / "main.tf").write_text(text)
    # For the test only.
    (mine / "outputs.tf").write_text('output "state_machine" { value = module.state_machine.arn }\n')
    return mine


def examples_folder(folder: Path) -> Path:
    """Create a folder that calls the examples without their providers: one provider serves all."""
    (folder / "terraform").mkdir()
    (folder / "terraform/modules").symlink_to(paths.ROOT / "terraform/modules")
    copies = folder / "terraform/examples"
    ignored = shutil.ignore_patterns(".terraform*", "tests")
    shutil.copytree(paths.ROOT / "terraform/examples", copies, ignore=ignored)
    for main in copies.rglob("main.tf"):
        main.write_text(PROVIDER.sub("", main.read_text()))
    (folder / "all").mkdir()
    shutil.copy(Path(__file__).with_name("trial.tf.txt"), folder / "all/main.tf")
    return folder / "all"


def repository(folder: Path, tag: str) -> Path:
    """Create a bare git repository of the working tree, committed or not, with one tag."""
    work, bare = folder / "work", folder / "activity-dispatch.git"
    listed = _git(paths.ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    for name in listed:
        if (paths.ROOT / name).is_file():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(paths.ROOT / name, work / name)
    _git(work, "init", "--quiet")
    _git(work, "add", "--all")
    _git(work, "commit", "--quiet", "--message", tag)
    _git(work, "tag", tag)
    _git(folder, "clone", "--quiet", "--bare", str(work), str(bare))
    return bare


def _git(folder: Path, *args: str) -> str:
    who = ["-c", "user.name=trial", "-c", "user.email=trial@example.com", "-c", "safe.directory=*"]
    command = ["git", *who, "-C", str(folder), *args]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def create_function(client: Callable[[str], Any], name: str, stack: str, package: Path) -> None:
    """Create a user's function without Terraform: it is older than the stack."""
    iam = client("iam")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="logs", PolicyDocument=json.dumps(WRITE_LOGS))
    # As the example's README says.
    variables = {"TASK_TABLE": f"{stack}-tasks", "PAYLOAD_BUCKET": f"{stack}-data-{ACCOUNT}-{REGION}"}
    client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="echo.handle",
        Role=role["Arn"],
        Code={"ZipFile": package.read_bytes()},
        Timeout=20,
        Environment={"Variables": variables},
    )
