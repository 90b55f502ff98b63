"""Conditions on keys that this cloud's gateway never fills in: its evaluator decides with the keys given."""

import json
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.second_cloud.conftest import Stacks
from tests.second_cloud.probes import names_of
from tests.second_cloud.requests import Client, filled

from operations.local import allowances, second_cloud

CASES = tomllib.loads((Path(__file__).parent / "cases.toml").read_text())["case"]
ACCOUNT = "arn:aws:{}:eu-west-1:000000000000:{}"


def _names(stacks: Stacks) -> dict[str, str]:
    queue = stacks.second.document["dispatch_queue_url"].rpartition("/")[2]
    return {
        **names_of(stacks.second),
        "table_arn": ACCOUNT.format("dynamodb", f"table/{stacks.second.document['task_table']}"),
        "queue_arn": ACCOUNT.format("sqs", queue),
        "function_arn": ACCOUNT.format("lambda", "function:second"),
        "other_activity": stacks.local.activities["lambda"],
        "polled_activity": stacks.second.activities["polled"],
    }


def _policies(client: Client, role: str) -> list[Any]:
    """The policies that Terraform gave the role."""
    iam = client("iam")
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    return [
        iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in names
        if name != allowances.POLICY
    ]


def decide(cases: list[dict[str, Any]]) -> list[str]:
    """Ask the evaluator."""
    done = subprocess.run(
        [str(second_cloud.PYTHON), str(Path(__file__).parent / "judge.py")],
        input=json.dumps({"cases": cases}),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return list(json.loads(done.stdout))


@pytest.fixture(scope="module")
def decisions(client: Client, stacks: Stacks) -> Mapping[str, str]:
    names = _names(stacks)
    cases = [{**filled(case, names), "policies": _policies(client, case["role"])} for case in CASES]
    return dict(zip([case["what"] for case in CASES], decide(cases), strict=True))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
def test_a_case_is_decided_as_aws_documents_it(decisions: Mapping[str, str], case: dict[str, Any]) -> None:
    assert decisions[case["what"]] == ("Allow" if case["allowed"] else "ImplicitDeny")


@pytest.mark.parametrize(("tls", "decision"), [(True, "ImplicitDeny"), (False, "Deny")])
def test_a_queue_refuses_plain_http(client: Client, stacks: Stacks, tls: bool, decision: str) -> None:
    queue = stacks.second.document["dispatch_queue_url"]
    found = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy", "QueueArn"])[
        "Attributes"
    ]
    case = {
        "policies": [found["Policy"]],
        "resource": found["QueueArn"],
        "action": "sqs:SendMessage",
        "tls": tls,
    }
    assert decide([case]) == [decision]
