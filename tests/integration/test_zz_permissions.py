"""The last test: permissions that no test used, and refusals, are as reviewed.

permissions.toml lists what was reviewed and explains how. Only a run of all integration tests, on a cloud
that enforces IAM, can show what is never used.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from tests.integration.helpers import permissions_of, refusals

HERE = Path(__file__).parent
REVIEWED = tomllib.loads((HERE / "permissions.toml").read_text())


def _grant(item: Mapping[str, str]) -> str:
    subject = item.get("action") or item["resource"]
    line = f"{item['role']} {item['policy']}/{item['sid']} {subject}"
    # The same modules create all stacks of the tests: what one of them uses counts as used.
    names = "first-light|faulty|changed|chaos|letters|orders|reports|renders|studio|films"
    line = re.sub(rf"\b({names})\b", "STACK", line)
    # So do the roles of jobs: each activity has its own, but the tests do not use each for everything.
    line = re.sub(r"^STACK-[a-z-]+?-((job-)?execution|task|job|training) ", r"STACK-ACTIVITY-\1 ", line)
    return re.sub(r"(:activity:|/ecs/|/batch/)STACK-[a-z-]+", r"\1STACK-ACTIVITY", line)


@pytest.fixture
def whole_run(request, deselected: int) -> None:
    """Skip, with the reason, unless all integration tests have run."""
    session = request.session
    files = {item.path.name for item in session.items if item.path.parent == HERE}
    missing = sorted({path.name for path in HERE.glob("test_*.py")} - files)
    problems = {
        f"not collected: {', '.join(missing)}": missing,
        "tests were picked by name": any("::" in argument for argument in session.config.args),
        f"{deselected} tests were deselected": deselected,
        f"{session.testsfailed} tests failed": session.testsfailed,
    }
    if found := [problem for problem, is_so in problems.items() if is_so]:
        pytest.skip(f"a part of the tests cannot show which permissions are unused; {'; '.join(found)}")


@pytest.fixture
def unused(whole_run, request) -> Sequence[str]:
    """What is granted and no stack used, a line for each action or resource."""
    # By name: if only a part of the tests runs, this is skipped before anything is deployed.
    request.getfixturevalue("stack")
    granted: dict[bool, set[str]] = {True: set(), False: set()}
    for item in permissions_of(request.getfixturevalue("running_cloud"))["granted"]:
        granted[item["used"]].add(_grant(item))
    return sorted(granted[False] - granted[True])


def fitting(kind: str, line: str) -> list[Mapping[str, Any]]:
    return [entry for entry in REVIEWED[kind] if any(fnmatchcase(line, text) for text in entry["lines"])]


def test_each_reviewed_entry_has_a_reason() -> None:
    for entry in [*REVIEWED["unused"], *REVIEWED["refused"]]:
        assert entry["lines"]
        assert entry["reason"].strip()


def test_each_refusal_is_reviewed(running_cloud: str, stack) -> None:
    assert [line for line in refusals(running_cloud) if not fitting("refused", line)] == []


def test_each_unused_permission_is_reviewed(unused) -> None:
    found = [line for line in unused if not fitting("unused", line)]
    assert not found, "\n".join(["not reviewed:", *found])


def test_each_reviewed_permission_is_unused(unused) -> None:
    """An entry that fits nothing must go; one that only some runs use is marked `sometimes`."""
    stale = [
        text
        for entry in REVIEWED["unused"]
        if not entry.get("sometimes")
        for text in entry["lines"]
        if not any(fnmatchcase(line, text) for line in unused)
    ]
    assert stale == []
