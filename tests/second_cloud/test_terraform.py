"""The same Terraform as on AWS is applied, and a second plan has no change but those that are known."""

import pytest
from botocore.exceptions import ClientError
from tests.second_cloud.conftest import Stacks
from tests.second_cloud.known import Faults
from tests.second_cloud.requests import Client
from tests.second_cloud.workspaces import Change

from operations.local import allowances


def test_a_second_plan_changes_nothing_but_what_is_known(stacks: Stacks) -> None:
    known = {
        Change(kind=entry["resource"], attribute=attribute)
        for entry in allowances.known()["plan"]
        for attribute in entry["attributes"]
    }
    planned = stacks.planned.result()
    assert planned - known == set(), "not known"
    assert known - planned == set(), f"no longer occurs: remove it from {allowances.KNOWN.name}"


def test_everything_known_has_a_place_and_a_reason() -> None:
    for kind, entries in allowances.known().items():
        for entry in entries:
            assert entry["where"].partition(": ")[2], (kind, entry)
            assert entry["reason"].endswith("."), (kind, entry)


def test_queries_cannot_be_saved(client: Client, faults: Faults) -> None:
    with pytest.raises(ClientError) as refused:
        client("logs").put_query_definition(name="a", queryString="fields @message")
    code = refused.value.response["Error"]["Code"]
    faults.occurs("no-saved-queries", proof=code == "InvalidOperationException")
