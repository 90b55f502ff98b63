"""Which permissions were used and what was refused since the cloud started."""

import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

from localcloud.iam import roles
from localcloud.iam.decision import Grant, Need
from localcloud.iam.policies import Statement
from localcloud.iam.roles import Session

# Role, policy, statement, "action" or "resource", and the statement's pattern for it.
type Permission = tuple[str, str, str, str, str]

# NotAction and NotResource count as one permission each.
_ALL = ("*",)


class Record:
    """Counts by role, policy, statement and the statement's patterns."""

    def __init__(self) -> None:
        """Nothing has been used yet."""
        self._used: set[Permission] = set()
        self._refused: Counter[tuple[str, str, str]] = Counter()
        self._lock = threading.Lock()

    def use(self, session: Session, grant: Grant) -> None:
        """Record that a statement allowed something."""
        for kind, text in (("action", grant.action), ("resource", grant.resource)):
            self._used.add((session.role, grant.statement.policy, grant.statement.sid, kind, text))

    def refuse(self, who: str, need: Need) -> None:
        """Record a refusal to a role or a service."""
        with self._lock:
            self._refused[who, need.action, need.resource] += 1

    def granted(self) -> list[dict[str, Any]]:
        """Return each action and resource of all roles' Allow statements, and whether it was used.

        Permissions that were used remain listed after their role is deleted.
        """
        known = dict.fromkeys(self._granted(), False) | dict.fromkeys(list(self._used), True)
        return [
            {"role": role, "policy": policy, "sid": sid, kind: text, "used": used}
            for (role, policy, sid, kind, text), used in known.items()
        ]

    def _granted(self) -> Iterator[Permission]:
        for account, role in roles.all_roles():
            for item in roles.statements_of(account, role):
                if item.allows and not item.policy.startswith("arn:"):
                    for kind, text in _patterns(item):
                        yield (role, item.policy, item.sid, kind, text)

    def refused(self) -> list[dict[str, Any]]:
        """Return what was refused, and how often."""
        with self._lock:
            counted = list(self._refused.items())
        return [
            {"role": role, "action": action, "resource": resource, "times": times}
            for (role, action, resource), times in counted
        ]


def _patterns(statement: Statement) -> Iterator[tuple[str, str]]:
    yield from (("action", text) for text in statement.actions or _ALL)
    yield from (("resource", text) for text in statement.resources or _ALL)


RECORD = Record()
