"""The caller of a request and its role's policies, from LocalStack's stores."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from localstack.services.iam.models import RoleEntity, iam_stores
from localstack.services.sts.models import sts_stores

from localcloud.iam.policies import Statement, parse

# In both stores, this data is shared by all regions.
_ANY_REGION = "us-east-1"
_ANY_ACCOUNT = "000000000000"
_ASSUMED = "assumed-role/"


@dataclass(frozen=True, kw_only=True)
class Session:
    """The caller: a role with a session name."""

    arn: str
    account: str
    role: str


def session_of(access_key: str) -> Session | None:
    """Return a key's session; None for keys without a role, which may do everything."""
    credentials = sts_stores[_ANY_ACCOUNT][_ANY_REGION].credentials.get(access_key)
    if credentials is None or _ASSUMED not in credentials.arn:
        return None
    role = credentials.arn.partition(_ASSUMED)[2].partition("/")[0]
    return Session(arn=credentials.arn, account=credentials.account_id, role=role)


def account_and_name(role_arn: str) -> tuple[str, str]:
    """Return the store keys of a role."""
    return role_arn.split(":")[4], role_arn.rpartition("/")[2]


def statements_of(account: str, role: str) -> list[Statement]:
    """Return all statements of a role's policies; none if the role does not exist."""
    entity = iam_stores[account][_ANY_REGION].ROLES.get(role)
    if entity is None:
        return []
    return [
        statement
        for policy, document in _documents(account, entity)
        for statement in parse(policy, document)
    ]


def role_arn(account: str, role: str) -> str:
    """Return a role's ARN, with its path if it exists."""
    entity = iam_stores[account][_ANY_REGION].ROLES.get(role)
    return str(entity.role["Arn"]) if entity else f"arn:aws:iam::{account}:role/{role}"


def boundary_arn(account: str, role: str) -> str | None:
    """Return the ARN of a role's permissions boundary, None if it has none."""
    entity = iam_stores[account][_ANY_REGION].ROLES.get(role)
    boundary = entity.role.get("PermissionsBoundary") if entity else None
    return str(boundary["PermissionsBoundaryArn"]) if boundary else None


def boundary_of(account: str, role: str) -> list[Statement] | None:
    """Return the statements of a role's permissions boundary, None if it has none."""
    arn = boundary_arn(account, role)
    if arn is None:
        return None
    return [item for document in _managed(account, arn) for item in parse(*document)]


def role_document(account: str, role: str) -> str | None:
    """Return the role's trust policy, if the role exists."""
    entity = iam_stores[account][_ANY_REGION].ROLES.get(role)
    return str(entity.role["AssumeRolePolicyDocument"]) if entity else None


def all_roles() -> Iterator[tuple[str, str]]:
    """Yield every role as account and name."""
    for account, regions in list(iam_stores.items()):
        for role in list(regions[_ANY_REGION].ROLES):
            yield account, role


def _documents(account: str, entity: RoleEntity) -> Iterator[tuple[str, str]]:
    # Copies, because IAM may change meanwhile.
    yield from list(entity.inline_policies.items())
    for arn in list(entity.attached_policy_arns):
        yield from _managed(account, arn)


def _managed(account: str, arn: str) -> Iterator[tuple[str, str]]:
    """Yield a managed policy's name and document, if it exists."""
    if policy := iam_stores[account][_ANY_REGION].MANAGED_POLICIES.get(arn):
        version = policy.versions[policy.policy["DefaultVersionId"]]
        yield arn.rpartition("/")[2], version["Document"]
    elif document := _policies_of_aws().get(arn.rpartition("/")[2]):
        yield arn, document


@cache
def _policies_of_aws() -> dict[str, str]:
    """Return AWS's managed policies by name, as shipped with LocalStack."""
    source = files("localstack.services.iam") / "resources" / "aws_managed_policies.json"
    policies: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return {name: json.dumps(policy["Document"]) for name, policy in policies.items()}
