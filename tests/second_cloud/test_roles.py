"""Each function's role is refused what is not its business, by IAM, and not what is."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.second_cloud import probes
from tests.second_cloud.conftest import Allowed, Stacks
from tests.second_cloud.known import Faults
from tests.second_cloud.requests import Client, answer, as_role, filled

TABLE = tomllib.loads((Path(__file__).parent / "roles.toml").read_text())
OPERATIONS: Mapping[str, Any] = TABLE["operation"]
NOBODY = '{"Version": "2012-10-17", "Statement": []}'


@pytest.fixture(scope="module")
def names(client: Client, stacks: Stacks, run: Any) -> Iterator[dict[str, str]]:
    """Names of what the operations are tried on, with an execution that has ended."""
    client("iam").create_role(RoleName=probes.SCRATCH, AssumeRolePolicyDocument=NOBODY)
    yield {**probes.names_of(stacks.second), "execution": run({"return": 0}).arn}
    for policy in client("iam").list_role_policies(RoleName=probes.SCRATCH)["PolicyNames"]:
        client("iam").delete_role_policy(RoleName=probes.SCRATCH, PolicyName=policy)
    client("iam").delete_role(RoleName=probes.SCRATCH)


def _answers(client: Client, names: Mapping[str, str]) -> dict[str, str]:
    return {
        name: answer(client, operation["call"], filled(operation["with"], names))
        for name, operation in OPERATIONS.items()
    }


def test_the_account_s_root_user_may_do_all_of_it(client: Client, names: dict[str, str]) -> None:
    """So what a role is refused, it is refused because of its policies."""
    expected = {name: operation.get("answers", "") for name, operation in OPERATIONS.items()}
    # The payload that an earlier operation of the list may have written.
    client("s3").delete_object(Bucket=names["bucket"], Key=f"tasks/{names['scratch']}")
    assert _answers(client, names) == expected


@pytest.mark.parametrize("role", TABLE["may"])
def test_a_role_may_do_what_its_list_has_and_nothing_else(
    client: Client, names: dict[str, str], role: str
) -> None:
    answers = _answers(as_role(client, role), names)
    assert sorted(name for name, said in answers.items() if said != "refused") == sorted(TABLE["may"][role])


def test_every_function_of_the_stack_is_in_the_list(stacks: Stacks) -> None:
    functions = {f"second-{name}" for name in stacks.second.functions} | {"second"}
    assert functions <= set(TABLE["may"])


@pytest.mark.parametrize("call", [entry["probe"]["call"] for entry in probes.entries()])
def test_without_its_allowance_a_request_is_refused(refused_before: Mapping[str, bool], call: str) -> None:
    assert refused_before[call], "no longer occurs: remove the allowance from known.toml"


def test_with_their_allowances_the_requests_are_not_refused(
    client: Client, stacks: Stacks, allowed: Allowed
) -> None:
    assert allowed.roles
    assert set(probes.refused(client, stacks.second).values()) == {False}


def test_a_foreign_job_s_heartbeat_is_not_refused_here(
    client: Client, allowed: Allowed, faults: Faults
) -> None:
    """What the allowance for tokens costs: only test_conditions.py can judge whose token it is."""
    said = answer(
        as_role(client, "first-light-process"), "stepfunctions.send_task_heartbeat", {"taskToken": "none"}
    )
    faults.occurs("tokens-have-no-owner", proof=said == "TaskDoesNotExist")
