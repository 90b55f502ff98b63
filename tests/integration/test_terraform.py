"""The deployment: a second plan shows no change. (Destroy: fixture `faulty`.)"""

import pytest

from operations import paths


@pytest.mark.parametrize("name", ["local", "faulty"])
def test_a_second_plan_shows_no_change(terraform, stack, faulty, faulty_terraform, name: str) -> None:
    there = faulty_terraform if name == "faulty" else terraform(paths.ENVIRONMENTS / "local")
    code, out, errors = there.plan(detailed_exitcode=True, capture_output=True)
    assert code == 0, out + errors
