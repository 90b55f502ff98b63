"""Which permissions were used, and what was refused, since the cloud was started."""

import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

from localcloud.iam import roles
from localcloud.iam.decision import Grant, Need
from localcloud.iam.policies import Statement
from localcloud.iam.roles import Session

# What is told only by what it leaves out is one permission.
_ALL = ("*",)


class Record:
    """Counts by role, policy, statement, and the statement's own words."""

    def __init__(self) -> None:
        """Nothing used yet."""
        self._used: set[tuple[str, str, str, str, str]] = set()
        self._refused: Counter[tuple[str, str, str]] = Counter()
        self._lock = threading.Lock()

    def use(self, session: Session, grant: Grant) -> None:
        """Note that a statement allowed something."""
        for kind, text in (("action", grant.action), ("resource", grant.resource)):
            self._used.add((session.role, grant.statement.policy, grant.statement.sid, kind, text))

    def refuse(self, who: str, need: Need) -> None:
        """Note a refusal, to a role or a service."""
        with self._lock:
            self._refused[who, need.action, need.resource] += 1

    def unused(self) -> list[dict[str, str]]:
        """Each action, and each resource, of the statements of all roles that allowed nothing."""
        return [
            {"role": role, "policy": item.policy, "sid": item.sid, kind: text}
            for account, role in roles.all_roles()
            for item in roles.statements_of(account, role)
            if item.allows and not item.policy.startswith("arn:")
            for kind, text in _words(item)
            if (role, item.policy, item.sid, kind, text) not in self._used
        ]

    def refused(self) -> list[dict[str, Any]]:
        """What was refused, and how often."""
        with self._lock:
            counted = list(self._refused.items())
        return [
            {"role": role, "action": action, "resource": resource, "times": times}
            for (role, action, resource), times in counted
        ]


def _words(statement: Statement) -> Iterator[tuple[str, str]]:
    yield from (("action", text) for text in statement.actions or _ALL)
    yield from (("resource", text) for text in statement.resources or _ALL)


RECORD = Record()
