"""Decide whether statements allow an action: a Deny overrides any Allow.

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
    """One action on one resource for which a request needs permission."""

    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """The statement that allowed something, with its patterns for the action and the resource."""

    statement: Statement
    action: str
    resource: str


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The grants that apply, and the statement that denies the action, if any."""

    grants: tuple[Grant, ...] = ()
    denied_by: Statement | None = None

    @property
    def allowed(self) -> bool:
        """Whether the action is allowed."""
        return self.denied_by is None and bool(self.grants)


def decide(statements: Iterable[Statement], need: Need, context: Context) -> Decision:
    """Decide on a need; its condition keys are added to the request's."""
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
    """Return the first matching pattern; `*` if NotAction or NotResource leaves the text."""
    if but:
        return None if any(fit(pattern, text) for pattern in but) else "*"
    return next((pattern for pattern in patterns if fit(pattern, text)), None)


def _fits_action(pattern: str, action: str) -> bool:
    return fits(pattern, action, ignore_case=True)


def _conditions_hold(statement: Statement, context: Context) -> bool:
    try:
        return hold(statement.conditions, context)
    except UnsupportedPolicyError:
        # Err on the safe side: it grants nothing and may deny.
        LOG.exception(
            "policy %s, statement %s: not supported by the local cloud, so it %s",
            statement.policy,
            statement.sid,
            "allows nothing" if statement.allows else "denies",
        )
        return not statement.allows
