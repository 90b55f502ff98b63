"""Whether statements allow an action: a Deny counts more than any Allow.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from localcloud.iam.conditions import Context, UnsupportedPolicyError, hold
from localcloud.iam.patterns import fits, fits_arn
from localcloud.iam.policies import Statement

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Need:
    """One action on one resource that a request needs a permission for."""

    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What allowed something: a statement, by its own words for the action and the resource."""

    statement: Statement
    action: str
    resource: str


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The grants that apply, and the statement that denies, if one does."""

    grants: tuple[Grant, ...] = ()
    denied_by: Statement | None = None

    @property
    def allowed(self) -> bool:
        """Whether the action may be done."""
        return self.denied_by is None and bool(self.grants)


def decide(statements: Iterable[Statement], need: Need, context: Context) -> Decision:
    """Decide on a need, whose own condition keys are added to those of the request."""
    keys = {**context, **need.context}
    applying = [
        (statement, grant)
        for statement in statements
        if (grant := _match(statement, need)) and _conditions_hold(statement, keys)
    ]
    denying = next((statement for statement, _ in applying if not statement.allows), None)
    return Decision(
        grants=tuple(grant for statement, grant in applying if statement.allows),
        denied_by=denying,
    )


def _match(statement: Statement, need: Need) -> Grant | None:
    action = _first(statement.actions, statement.not_actions, need.action, _fits_action)
    if action is None:
        return None
    resource = _first(statement.resources, statement.not_resources, need.resource, fits_arn)
    if resource is None:
        return None
    return Grant(statement=statement, action=action, resource=resource)


def _first(
    patterns: tuple[str, ...], but: tuple[str, ...], text: str, fit: Callable[[str, str], bool]
) -> str | None:
    """The pattern by which the text is meant; what NotAction and NotResource leave is `*`."""
    if but:
        return None if any(fit(pattern, text) for pattern in but) else "*"
    return next((pattern for pattern in patterns if fit(pattern, text)), None)


def _fits_action(pattern: str, action: str) -> bool:
    return fits(pattern, action, ignore_case=True)


def _conditions_hold(statement: Statement, context: Context) -> bool:
    try:
        return hold(statement.conditions, context)
    except UnsupportedPolicyError:
        # Whatever it means: it is no permission, and it may be a refusal.
        LOG.exception(
            "policy %s, statement %s has what the local cloud does not know, and counts as %s",
            statement.policy,
            statement.sid,
            "no permission" if statement.allows else "a refusal",
        )
        return not statement.allows
