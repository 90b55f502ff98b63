"""The same Terraform as on AWS is applied, and a second plan has no change but those that are known."""

from tests.second_cloud.conftest import Stacks
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
