"""What a stack publishes about itself: a parameter with facts for others, without secrets.

Source: terraform/modules/control-plane/handle.tf
"""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from activity_dispatch.aws.errors import error_code
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch_cli.account import Account
from activity_dispatch_cli.errors import CommandError

PREFIX = "/activity-dispatch/"
VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A deployed stack and the account that it is in."""

    account: Account
    handle: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name that Terraform gave it."""
        return str(self.handle["name"])

    @functools.cached_property
    def runtime(self) -> Runtime:
        """The library's parts, with this account's clients and the settings of the stack's functions."""
        buses, cluster = self.handle.get("event_buses") or [], self.handle.get("cluster_arn")
        queue = self.handle.get("job_queue_arn")
        shared = [arn.rsplit("/", 1)[-1] for arn in (cluster, queue) if arn]
        environment = {
            **self.handle["worker_environment"],
            "SHARED_NAMES": ",".join(shared),
            "EVENT_BUSES": ",".join(buses),
            "LOG_LEVEL": "ERROR",
        }
        return Runtime.from_environment(environment, threads=1, clients=self.account.clients)

    def arn(self, resource: str) -> str:
        """Return the ARN of a Step Functions resource in the stack's account, such as `activity:NAME`."""
        partition, region, account = (self.handle[key] for key in ("partition", "region", "account"))
        return f"arn:{partition}:states:{region}:{account}:{resource}"


def published(account: Account) -> list[Stack]:
    """Return all stacks of the account's region, by name. Raises ClientError and BotoCoreError."""
    pages = account.clients.ssm.get_paginator("get_parameters_by_path").paginate(Path=PREFIX)
    texts = {each["Name"]: each["Value"] for page in pages for each in page["Parameters"]}
    return [_parse(account, name, text) for name, text in sorted(texts.items())]


def find(account: Account, name: str | None) -> Stack:
    """Return a stack by its name, or the only one if there is none given.

    Raises CommandError that says which stacks there are, ClientError and BotoCoreError.
    """
    if name is None:
        stacks = published(account)
        if len(stacks) == 1:
            return stacks[0]
        raise CommandError(f"--stack: needed to choose one; {_known(account, stacks)}")
    parameter = PREFIX + name
    try:
        found = account.clients.ssm.get_parameter(Name=parameter)
    except ClientError as error:
        if error_code(error) not in ("ParameterNotFound", "ValidationException"):
            raise
        raise CommandError(f"--stack: {name!r} is none; {_known(account, published(account))}") from None
    return _parse(account, parameter, found["Parameter"]["Value"])


def _known(account: Account, stacks: list[Stack]) -> str:
    where = f"{account.region} at {account.endpoint}" if account.endpoint else account.region
    names = ", ".join(stack.name for stack in stacks)
    return f"stacks in {where}: {names}" if names else f"there is no stack in {where}"


def _parse(account: Account, parameter: str, text: str) -> Stack:
    try:
        handle = json.loads(text)
        version = handle["version"]
    except (ValueError, TypeError, KeyError):
        raise CommandError(f"the parameter {parameter} holds no stack's handle: {text:.100}") from None
    if version != VERSION:
        raise CommandError(
            f"the parameter {parameter} has version {version}; this command reads version {VERSION}: "
            "install the release that the stack has"
        )
    return Stack(account=account, handle=handle)
