"""What the trials need: a checkout of their own, and functions that exist before Terraform comes."""

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from operations import paths

APPLY_SECONDS = 400
REGION = "eu-west-1"
ACCOUNT = "000000000000"
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
    """What makes AWS's tools and Terraform take a local cloud for AWS, all alike."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def terraform(folder: Path, *args: str) -> str:
    """Run Terraform in a folder, after its init; return what it wrote to stdout. Any thread may call it."""
    for command in ([str(paths.TERRAFORM_INIT), str(folder)], ["terraform", f"-chdir={folder}", *args]):
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=APPLY_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, f"{command}: {done.stdout[-2000:]} {done.stderr}"
    return done.stdout


def apply(folder: Path) -> Any:
    """Apply a folder; return its outputs."""
    terraform(folder, "apply", "-auto-approve", "-input=false", "-parallelism=30")
    return {
        name: output["value"] for name, output in json.loads(terraform(folder, "output", "-json")).items()
    }


def repository(folder: Path, tag: str) -> Path:
    """Make a bare git repository of the files as they are, committed or not, with one tag."""
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


class Function:
    """A function of the user's, made without Terraform; it has been there for long."""

    def __init__(self, client: Callable[[str], Any], name: str, stack: str, package: Path) -> None:
        self.client, self.name = client, name
        iam = client("iam")
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
        iam.put_role_policy(RoleName=name, PolicyName="logs", PolicyDocument=json.dumps(WRITE_LOGS))
        self.arn = client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler="echo.handle",
            Role=role["Arn"],
            Code={"ZipFile": package.read_bytes()},
            Timeout=20,
            # As the README of the example says.
            Environment={
                "Variables": {
                    "TASK_TABLE": f"{stack}-tasks",
                    "PAYLOAD_BUCKET": f"{stack}-data-{ACCOUNT}-{REGION}",
                }
            },
        )["FunctionArn"]

    def delete(self) -> None:
        self.client("lambda").delete_function(FunctionName=self.name)
        iam = self.client("iam")
        for policy in iam.list_role_policies(RoleName=self.name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=self.name, PolicyName=policy)
        iam.delete_role(RoleName=self.name)


def pack_echo(package: Path) -> Path:
    """Write a zip with the library, what it needs, and a function that returns its input."""
    with (
        zipfile.ZipFile(paths.ROOT / "build/zip/process.zip") as built,
        zipfile.ZipFile(package, "w") as archive,
    ):
        for name in built.namelist():
            if not name.startswith("process"):
                archive.writestr(name, built.read(name))
        archive.writestr("echo.py", ECHO)
    return package
