"""An allowance widens the statements that it is for, by what its rule says, and no others."""

import json
from typing import Any

import pytest

from operations.errors import OperationError
from operations.local import allowances, second_cloud

TOKENS = {
    "Sid": "Report",
    "Effect": "Allow",
    "Action": ["states:SendTaskSuccess", "states:GetActivityTask"],
    "Resource": ["arn:activity"],
}
READ = {
    "Sid": "Read",
    "Effect": "Allow",
    "Action": ["dynamodb:GetItem", "dynamodb:Query"],
    "Resource": ["arn:table"],
    "Condition": {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["????"]},
        "Null": {"dynamodb:LeadingKeys": "false", "dynamodb:Select": "false"},
    },
}
REQUESTS = {"Sid": "Request", "Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": ["arn:queue"]}
OTHER = {"Sid": "Other", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:bucket/*"]}


class Iam:
    """Roles with their inline policies."""

    def __init__(self, **roles: list[dict[str, Any]]) -> None:
        self.roles = {name: {"own": {"Statement": statements}} for name, statements in roles.items()}

    def get_paginator(self, _name: str) -> Any:
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [{"Roles": [{"RoleName": name} for name in self.roles]}]

    def list_role_policies(self, *, RoleName: str) -> dict[str, Any]:  # noqa: N803
        return {"PolicyNames": list(self.roles[RoleName])}

    def get_role_policy(self, *, RoleName: str, PolicyName: str) -> dict[str, Any]:  # noqa: N803
        return {"PolicyDocument": self.roles[RoleName][PolicyName]}

    def put_role_policy(self, *, RoleName: str, PolicyName: str, PolicyDocument: str) -> None:  # noqa: N803
        self.roles[RoleName][PolicyName] = json.loads(PolicyDocument)

    def delete_role_policy(self, *, RoleName: str, PolicyName: str) -> None:  # noqa: N803
        del self.roles[RoleName][PolicyName]

    def granted(self, role: str) -> list[Any]:
        return list(self.roles[role][allowances.POLICY]["Statement"])


def test_only_what_a_rule_names_is_widened() -> None:
    iam = Iam(worker=[TOKENS, READ, OTHER], reader=[OTHER], machine=[REQUESTS])
    assert allowances.grant(iam) == ["worker", "machine"]
    assert iam.granted("worker") == [
        {"Effect": "Allow", "Action": ["states:SendTaskSuccess"], "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem"],
            "Resource": ["arn:table"],
            "Condition": {"Null": {"dynamodb:Select": "false"}},
        },
    ]
    assert iam.granted("machine") == [
        {"Effect": "Allow", "Action": ["sqs:SendMessageBatch"], "Resource": ["arn:queue"]}
    ]
    assert set(iam.roles["reader"]) == {"own"}


def test_a_refusal_and_a_statement_without_the_condition_stay_as_they_are() -> None:
    without = {name: value for name, value in READ.items() if name != "Condition"}
    iam = Iam(one=[{**TOKENS, "Effect": "Deny"}], two=[without])
    assert allowances.grant(iam) == []


def test_granting_twice_is_the_same_and_can_be_taken_back() -> None:
    iam = Iam(worker=[TOKENS, READ])
    before = json.dumps(iam.roles)
    roles = allowances.grant(iam)
    once = json.dumps(iam.roles)
    allowances.grant(iam)
    assert json.dumps(iam.roles) == once
    allowances.revoke(iam, roles)
    assert json.dumps(iam.roles) == before


def test_without_a_second_cloud_there_is_nobody_to_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_cloud, "running", lambda _folder: None)
    with pytest.raises(OperationError, match="no second cloud runs: `make second-cloud-up` first"):
        allowances.allow()
