"""A request as the permission rules see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localstack.aws.api import RequestContext

# Where the permission's prefix is not the name that requests are signed with.
_PREFIXES = {"monitoring": "cloudwatch"}


@dataclass(frozen=True, kw_only=True)
class Call:
    """One operation, with its parameters, in an account and a region."""

    prefix: str
    operation: str
    parameters: Mapping[str, Any]
    account: str
    region: str
    partition: str = "aws"

    @property
    def action(self) -> str:
        """The action by the operation's own name."""
        return f"{self.prefix}:{self.operation}"

    def arn(self, resource: str, prefix: str | None = None) -> str:
        """The ARN of a resource of the service."""
        place = f"{self.region}:{self.account}"
        return f"arn:{self.partition}:{prefix or self.prefix}:{place}:{resource}"

    def text(self, name: str) -> str:
        """A parameter, or nothing."""
        return str(self.parameters.get(name) or "")


def call_of(context: RequestContext) -> Call:
    """The call that a request is."""
    signed = context.service.signing_name
    return Call(
        prefix=_PREFIXES.get(signed, signed),
        operation=context.operation.name,
        parameters=context.service_request or {},
        account=context.account_id,
        region=context.region,
        partition=context.partition,
    )
