"""The account guard: nothing is built, planned or changed with another account's credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import NoCredentialsError

from operations.deploy import environment
from operations.errors import OperationError

if TYPE_CHECKING:
    from operations.deploy.environment import Environment


def has_credentials() -> bool:
    """Return whether AWS's tools find any credentials, valid or not."""
    return boto3.Session().get_credentials() is not None


def check(env: str) -> Environment:
    """Return the environment once the credentials are known to belong to its account.

    Raises OperationError when its file is invalid, there are no credentials or they are another account's;
    botocore's errors when AWS rejects the credentials as invalid or expired.
    """
    settings = environment.read(env)
    try:
        caller = boto3.Session(region_name=settings.region).client("sts").get_caller_identity()
    except NoCredentialsError:
        raise OperationError(
            f"no AWS credentials were found: log in to account {settings.account_id}, which {env} is in"
        ) from None
    if caller["Account"] != settings.account_id:
        raise OperationError(
            f"{env} is in account {settings.account_id}, but the credentials are of account"
            f" {caller['Account']} ({caller['Arn']}): nothing was done"
        )
    return settings
