"""`make bootstrap`: what an environment needs before its first deploy, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from operations import approval, guard, paths
from operations.errors import OperationError
from operations.outputs import LOCAL
from operations.process import run

if TYPE_CHECKING:
    from operations.environment import Environment

LIMIT_SECONDS = 600.0
NO_CHANGE = 0
CHANGES = 2
# Where S3 takes no LocationConstraint.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucketConfiguration.html
FIRST_REGION = "us-east-1"


def bootstrap(env: str) -> bool:
    """Make state bucket and registries, or bring them to what their configuration says; tell if any changed.

    Terraform keeps its state of them in that bucket, so the bare bucket comes before Terraform, which then
    takes it over. Can be repeated anywhere: all it needs is in the environment's file and the account.
    """
    if env == LOCAL:
        raise OperationError("the local cloud needs no bootstrap: `make local-up`")
    settings = guard.check(env)
    s3 = boto3.Session(region_name=settings.region).client("s3")
    if _make_bucket(s3, settings):
        print(f"Made the bucket {settings.state_bucket}.", flush=True)
    _must_succeed("init", _init(settings), NO_CHANGE)
    plan = paths.build_dir(env) / "bootstrap.tfplan"
    plan.parent.mkdir(parents=True, exist_ok=True)
    code = _terraform("plan", "-input=false", "-detailed-exitcode", f"-out={plan}", *_variables(settings))
    _must_succeed("plan", code, NO_CHANGE, CHANGES)
    if code == CHANGES:
        if settings.protected:
            approval.ask(f"Make this in account {settings.account_id}?", answer="yes")
        _must_succeed("apply", _terraform("apply", "-input=false", str(plan)), NO_CHANGE)
    plan.unlink()
    print(f"{env} is ready for `make deploy ENV={env}`; its state is kept in {settings.state_bucket}.")
    return code == CHANGES


def _make_bucket(s3: Any, settings: Environment) -> bool:
    """Make the bucket unless it is there; tell whether it was made. OperationError when it is not ours."""
    try:
        s3.head_bucket(Bucket=settings.state_bucket, ExpectedBucketOwner=settings.account_id)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status != 404:
            raise OperationError(
                f"the bucket {settings.state_bucket} is there, but not to be used (HTTP {status}): it is"
                " another account's, or the credentials have no s3:ListBucket on it"
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
