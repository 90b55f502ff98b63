"""Select the rules for a request."""

import importlib
from collections.abc import Callable

from localcloud.iam.decision import Need
from localcloud.iam.requests import named, simple
from localcloud.iam.requests.call import Call

type Rules = Callable[[Call], list[Need] | None]

# Loaded on a service's first request: most of them load that service's modules.
_RULES = {
    "batch": ("containers", "batch"),
    "dynamodb": ("dynamodb", "needs"),
    "ecs": ("containers", "ecs"),
    "events": ("events", "needs"),
    "iam": ("roles", "needs"),
    "s3": ("s3", "needs"),
    "sagemaker": ("containers", "sagemaker"),
    "secretsmanager": ("secrets", "secrets"),
    "ssm": ("secrets", "parameters"),
    "states": ("states", "needs"),
}
# Every caller may ask for its own identity.
_FREE = frozenset({"sts:GetCallerIdentity"})


def needs_of(call: Call) -> list[Need] | None:
    """Return what a request needs; None if it may always reach the service."""
    if call.action in _FREE:
        return None
    if (found := named.needs(call, simple.needs)) is not None:
        return found
    rule = _RULES.get(call.prefix)
    if rule is None:
        return simple.needs(call)
    module = importlib.import_module(f"localcloud.iam.requests.{rule[0]}")
    rules: Rules = getattr(module, rule[1])
    return rules(call)
