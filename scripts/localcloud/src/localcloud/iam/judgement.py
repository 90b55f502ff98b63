"""What a role may do: its own policies, the resource's policy, and its permissions boundary.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from collections.abc import Sequence
from dataclasses import dataclass

from localcloud.iam.conditions import Context
from localcloud.iam.decision import Decision, Grant, Need, decide
from localcloud.iam.policies import Statement
from localcloud.iam.roles import boundary_of, statements_of


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What allows the action; if nothing does, why not, in AWS's words."""

    grants: tuple[Grant, ...] = ()
    refused_because: str | None = None


def judge(
    account: str, role: str, need: Need, keys: Context, of_resource: Sequence[Statement] = ()
) -> Verdict:
    """Judge one need of a role. `of_resource` is what the resource's policy says of the role.

    In one account either policy is enough, and the boundary limits both.
    """
    identity = decide(statements_of(account, role), need, keys)
    resource = decide(of_resource, need, keys)
    boundary = boundary_of(account, role)
    limit = None if boundary is None else decide(boundary, need, keys)
    decisions = {
        "an identity-based policy": identity,
        "a resource-based policy": resource,
        "a permissions boundary": limit or Decision(),
    }
    for kind, decision in decisions.items():
        if decision.denied_by is not None:
            return Verdict(refused_because=f"with an explicit deny in {kind}")
    grants = identity.grants or resource.grants
    if not grants:
        return Verdict(refused_because=_nothing("identity-based policy", need))
    if limit is not None and not limit.allowed:
        return Verdict(refused_because=_nothing("permissions boundary", need))
    return Verdict(grants=grants)


def action_shown(need: Need) -> str:
    """Return an action as refusals show it: SQS writes its own in lower case."""
    return need.action.lower() if need.action.startswith("sqs:") else need.action


def _nothing(kind: str, need: Need) -> str:
    return f"because no {kind} allows the {action_shown(need)} action"
