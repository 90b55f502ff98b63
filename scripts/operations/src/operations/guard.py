"""The account guard: nothing is built, planned or changed with the credentials of another account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import NoCredentialsError

from operations import environment
from operations.errors import OperationError

if TYPE_CHECKING:
    from operations.environment import Environment


def has_credentials() -> bool:
    """Tell whether there are any, good or not, where AWS's tools look for them."""
    return boto3.Session().get_credentials() is not None


def check(env: str) -> Environment:
    """Return the environment, after its account was found to be that of the credentials.

    Raises OperationError when its file is not filled in, there are no credentials or the account is another
    one; botocore's errors when AWS takes the credentials for invalid or expired.
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
            f"{env} is in account {settings.account_id}, and the credentials are of account"
            f" {caller['Account']} ({caller['Arn']}): nothing was done"
        )
    return settings
