"""What roles get beyond their policies on the second cloud, because it judges some requests as AWS does not.

scripts/second-cloud/known.toml has the rules, each with its reason. A rule widens only statements that grant
the action anyway, so all other permissions stay as they are.
"""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from operations import paths
from operations.clients import EndpointSession
from operations.errors import OperationError
from operations.local import second_cloud

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

KNOWN = paths.ROOT / "scripts/second-cloud/known.toml"
POLICY = "second-cloud-allowances"


def known() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return what is known to be wrong in the second cloud, by kind."""
    return tomllib.loads(KNOWN.read_text(encoding="utf-8"))


def allow() -> None:
    """`make second-cloud-allow`: give each role of the second cloud that runs its allowances."""
    found = second_cloud.running(second_cloud.STATE)
    if found is None:
        raise OperationError("no second cloud runs: `make second-cloud-up` first")
    iam = EndpointSession(found.endpoint, second_cloud.REGION).client(
        "iam", verify=found.variables["AWS_CA_BUNDLE"]
    )
    print(
        f"{len(grant(iam))} roles have what only the second cloud asks for: {KNOWN.relative_to(paths.ROOT)}"
    )


def grant(iam: Any) -> list[str]:
    """Put one more inline policy on each role that needs it; return these roles' names."""
    rules = known()["allowance"]
    roles = [
        role["RoleName"] for page in iam.get_paginator("list_roles").paginate() for role in page["Roles"]
    ]
    widened = {name: list(_widened(_policies(iam, name), rules)) for name in roles}
    for name, statements in widened.items():
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_role_policy(RoleName=name, PolicyName=POLICY, PolicyDocument=document)
    return [name for name, statements in widened.items() if statements]


def revoke(iam: Any, roles: Sequence[str]) -> None:
    """Take the allowances of these roles away again."""
    for name in roles:
        iam.delete_role_policy(RoleName=name, PolicyName=POLICY)


def _policies(iam: Any, role: str) -> Iterator[Mapping[str, Any]]:
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        if name != POLICY:
            yield iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]


def _widened(
    policies: Iterator[Mapping[str, Any]], rules: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    for policy in policies:
        for statement in policy["Statement"]:
            for rule in rules:
                granted = [action for action in statement["Action"] if action in rule["actions"]]
                if statement["Effect"] == "Allow" and granted and _concerns(rule, statement):
                    yield _widen({**statement, "Action": granted}, rule)


def _concerns(rule: Mapping[str, Any], statement: Mapping[str, Any]) -> bool:
    named = {key for keys in statement.get("Condition", {}).values() for key in keys}
    return "without_keys" not in rule or not named.isdisjoint(rule["without_keys"])


def _widen(statement: dict[str, Any], rule: Mapping[str, Any]) -> dict[str, Any]:
    """The statement as the second cloud has to read it."""
    del statement["Sid"]
    if "also" in rule:
        statement["Action"] = list(rule["also"])
    if "resource" in rule:
        statement["Resource"] = rule["resource"]
    if "without_keys" in rule:
        conditions = {
            operator: {key: value for key, value in keys.items() if key not in rule["without_keys"]}
            for operator, keys in statement["Condition"].items()
        }
        statement["Condition"] = {operator: keys for operator, keys in conditions.items() if keys}
    return statement
