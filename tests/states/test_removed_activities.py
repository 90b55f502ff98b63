"""Activities are removed or moved to another backend while their tasks are open: each ends as it would have.

Terraform changes or removes the description, then waits for the tasks, then destroys what their jobs need:
removed/scenario.py.
"""

from typing import Any

from tests.integration.helpers import refusals
from tests.states.conftest import Removal


def test_tasks_of_removed_activities_end_as_they_would_have(removal: Removal, capsys: Any) -> None:
    stayed = removal.removing.result()
    with capsys.disabled():
        print(f"\nremoved: {removal.removed.seconds}, {stayed} things stayed until then")


def test_a_moved_activity_s_tasks_end_where_they_began_and_new_ones_where_it_is(
    removal: Removal, capsys: Any
) -> None:
    # It is described as moved before what it leaves is destroyed: no task falls between.
    meanwhile = removal.moving.result()
    with capsys.disabled():
        print(f"\nmoved: {removal.removed.seconds}, {meanwhile} executions during the apply")


def test_the_next_plan_is_empty(removal: Removal) -> None:
    # 2: it has changes.
    code, _, errors = removal.removed.applied.terraform.plan(capture_output=True)
    assert code == 0, errors


def test_no_permission_was_missing(removal: Removal, running_cloud: str) -> None:
    assert [line for line in refusals(running_cloud) if "removed" in line] == []
