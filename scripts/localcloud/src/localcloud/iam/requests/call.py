"""A request in the form that the permission rules use."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localstack.aws.api import RequestContext

# Permission prefixes that differ from the signing name.
_PREFIXES = {"monitoring": "cloudwatch"}


@dataclass(frozen=True, kw_only=True)
class Call:
    """One operation with its parameters, account and region."""

    prefix: str
    operation: str
    parameters: Mapping[str, Any]
    account: str
    region: str
    partition: str = "aws"

    @property
    def action(self) -> str:
        """The action with the operation's own name."""
        return f"{self.prefix}:{self.operation}"

    def arn(self, resource: str, prefix: str | None = None) -> str:
        """Return the ARN of a resource of the service."""
        place = f"{self.region}:{self.account}"
        return f"arn:{self.partition}:{prefix or self.prefix}:{place}:{resource}"

    def text(self, name: str) -> str:
        """Return a parameter, or an empty string."""
        return str(self.parameters.get(name) or "")


def call_of(context: RequestContext) -> Call:
    """Convert a request to a call."""
    signed = context.service.signing_name
    return Call(
        prefix=_PREFIXES.get(signed, signed),
        operation=context.operation.name,
        parameters=context.service_request or {},
        account=context.account_id,
        region=context.region,
        partition=context.partition,
    )
