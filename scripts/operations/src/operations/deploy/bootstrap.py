"""`make bootstrap`: create what an environment needs before its first deploy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from operations import paths
from operations.deploy import approval, guard
from operations.errors import OperationError
from operations.outputs import LOCAL
from operations.process import run

if TYPE_CHECKING:
    from operations.deploy.environment import Environment

LIMIT_SECONDS = 600.0
NO_CHANGE = 0
CHANGES = 2
# S3 accepts no LocationConstraint for it.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucketConfiguration.html
FIRST_REGION = "us-east-1"


def bootstrap(env: str) -> bool:
    """Create or update the state bucket and the registries; return whether anything changed.

    Terraform keeps their state in that bucket, so the bare bucket is created first, and Terraform then takes
    it over. Idempotent, from any machine: all it needs is in the environment's file and the account.
    """
    if env == LOCAL:
        raise OperationError("the local cloud needs no bootstrap: `make local-up`")
    settings = guard.check(env)
    s3 = boto3.Session(region_name=settings.region).client("s3")
    if _create_bucket(s3, settings):
        print(f"Created the bucket {settings.state_bucket}.", flush=True)
    _must_succeed("init", _init(settings), NO_CHANGE)
    plan = paths.build_dir(env) / "bootstrap.tfplan"
    plan.parent.mkdir(parents=True, exist_ok=True)
    code = _terraform("plan", "-input=false", "-detailed-exitcode", f"-out={plan}", *_variables(settings))
    _must_succeed("plan", code, NO_CHANGE, CHANGES)
    if code == CHANGES:
        if settings.protected:
            approval.ask(f"Create this in account {settings.account_id}?", answer="yes")
        _must_succeed("apply", _terraform("apply", "-input=false", str(plan)), NO_CHANGE)
    plan.unlink()
    print(f"{env} is ready for `make deploy ENV={env}`. Its state is in {settings.state_bucket}.")
    return code == CHANGES


def _create_bucket(s3: Any, settings: Environment) -> bool:
    """Create the bucket unless it exists; return whether it was created. OperationError if it is not ours."""
    try:
        s3.head_bucket(Bucket=settings.state_bucket, ExpectedBucketOwner=settings.account_id)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status != 404:
            raise OperationError(
                f"the bucket {settings.state_bucket} exists but cannot be used (HTTP {status}): it is another"
                " account's, or the credentials have no s3:ListBucket on it"
            ) from None
        where = {"LocationConstraint": settings.region}
        elsewhere = {} if settings.region == FIRST_REGION else {"CreateBucketConfiguration": where}
        s3.create_bucket(Bucket=settings.state_bucket, **elsewhere)
        return True
    return False


def _init(settings: Environment) -> int:
    command = [str(paths.TERRAFORM_INIT), str(paths.BOOTSTRAP), *settings.backend_arguments]
    return run(command, timeout_seconds=LIMIT_SECONDS).returncode


def _terraform(*args: str) -> int:
    environment = {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
    command = ["terraform", f"-chdir={paths.BOOTSTRAP}", *args]
    return run(command, timeout_seconds=LIMIT_SECONDS, env=environment).returncode


def _variables(settings: Environment) -> list[str]:
    return [
        f"-var=account_id={settings.account_id}",
        f"-var=region={settings.region}",
        f"-var=name={settings.name}",
        f"-var=environment={settings.env}",
        f"-var=protected={'true' if settings.protected else 'false'}",
        f"-var=tags={settings.tags}",
    ]


def _must_succeed(verb: str, code: int, *good: int) -> None:
    if code not in good:
        raise OperationError(f"terraform {verb} failed with exit code {code}")
