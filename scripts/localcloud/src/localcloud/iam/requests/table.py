"""Which rules a request comes under."""

import importlib
from collections.abc import Callable

from localcloud.iam.decision import Need
from localcloud.iam.requests import simple
from localcloud.iam.requests.call import Call

type Rules = Callable[[Call], list[Need] | None]

# Loaded when a service is first asked: most of them load that service's modules.
_RULES = {
    "batch": ("containers", "batch"),
    "dynamodb": ("dynamodb", "needs"),
    "ecs": ("containers", "ecs"),
    "s3": ("s3", "needs"),
    "sagemaker": ("containers", "sagemaker"),
    "states": ("states", "needs"),
}
# Anybody may ask who they are.
_FREE = frozenset({"sts:GetCallerIdentity"})


def needs_of(call: Call) -> list[Need] | None:
    """What a request needs; None when it is to reach the service whatever the policies say."""
    if call.action in _FREE:
        return None
    named = _RULES.get(call.prefix)
    if named is None:
        return simple.needs(call)
    module = importlib.import_module(f"localcloud.iam.requests.{named[0]}")
    rules: Rules = getattr(module, named[1])
    return rules(call)
