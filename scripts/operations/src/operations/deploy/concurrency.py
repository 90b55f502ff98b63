"""Lambda's concurrency: does the account have what a plan reserves?

AWS refuses a reservation that leaves too little for all other functions, in the middle of an apply.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from operations.deploy import terraform
from operations.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from operations.deploy.environment import Environment

# What has to stay unreserved.
MIN_UNRESERVED = 100
NOTHING = "reserved_concurrency = { enabled = false }"


def check(settings: Environment) -> None:
    """Raise OperationError if the plan that is kept reserves more concurrency than the account can give."""
    added = sum(_added(change) for change in terraform.planned_changes(settings.env))
    if added <= 0:
        return
    client = boto3.Session(region_name=settings.region).client("lambda")
    try:
        limit = client.get_account_settings()["AccountLimit"]
    except ClientError as error:
        code = error.response["Error"]["Code"]
        print(f"Lambda's concurrency was not checked (GetAccountSettings: {code}).", flush=True)
        return
    total, unreserved = limit["ConcurrentExecutions"], limit["UnreservedConcurrentExecutions"]
    if unreserved - added < MIN_UNRESERVED:
        raise OperationError(
            f"the plan reserves {added} more concurrent Lambda invocations, and {MIN_UNRESERVED} must stay"
            f" unreserved, but account {settings.account_id} has only {unreserved} of its {total} left in"
            f' {settings.region}: ask AWS to raise the quota "Concurrent executions" by at least'
            f' {MIN_UNRESERVED + added - unreserved}, or set dispatch = {{ {NOTHING} }} in module "stack" of'
            f" terraform/environments/{settings.env}/main.tf; then jobs that use up the account's concurrency"
            " hold up the stack, too"
        )


def _added(change: Mapping[str, Any]) -> int:
    if change["type"] != "aws_lambda_function":
        return 0
    return _reserved(change["change"].get("after")) - _reserved(change["change"].get("before"))


def _reserved(function: Mapping[str, Any] | None) -> int:
    # -1: nothing is reserved.
    return max(0, (function or {}).get("reserved_concurrent_executions") or 0)
