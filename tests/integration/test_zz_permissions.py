"""The last test: what the roles may do and never did, and what they were refused, is as reviewed.

What is reviewed stands in permissions.toml, where it says how. Only a run of all integration tests, on a
cloud that enforces IAM, can tell what is never used.
"""

import json
import re
import tomllib
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
REVIEWED = tomllib.loads((HERE / "permissions.toml").read_text())


@pytest.fixture(scope="module")
def permissions(running_cloud: str, stack) -> Mapping[str, Sequence[str]]:
    """What is granted and no stack used, and what was refused: one line each."""
    try:
        with urllib.request.urlopen(f"{running_cloud}/_localcloud/iam/permissions", timeout=30) as answer:  # noqa: S310
            document = json.load(answer)
    except urllib.error.HTTPError as error:
        pytest.skip(f"the cloud at {running_cloud} does not enforce IAM: {error}")
    granted = {
        kind: {_grant(item) for item in document["granted"] if item["used"] is kind} for kind in (True, False)
    }
    return {
        "unused": sorted(granted[False] - granted[True]),
        "refused": [f"{item['role']} {item['action']} {item['resource']}" for item in document["refused"]],
    }


def _grant(item: Mapping[str, str]) -> str:
    word = item.get("action") or item["resource"]
    line = f"{item['role']} {item['policy']}/{item['sid']} {word}"
    # The stacks of the tests are made by the same modules: what one of them uses is used.
    return re.sub(r"\b(first-light|faulty|chaos)\b", "STACK", line)


@pytest.fixture
def whole_run(request, deselected: int) -> None:
    """Skip, and say why, when only a part of the integration tests has run."""
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
        pytest.skip(f"unused permissions cannot be judged by a part of the tests; {'; '.join(found)}")


def fitting(kind: str, line: str) -> list[Mapping[str, Any]]:
    return [entry for entry in REVIEWED[kind] if any(fnmatchcase(line, text) for text in entry["lines"])]


def test_each_reviewed_entry_has_a_reason() -> None:
    for entry in [*REVIEWED["unused"], *REVIEWED["refused"]]:
        assert entry["lines"]
        assert entry["reason"].strip()


def test_nothing_is_refused_that_was_not_reviewed(permissions) -> None:
    assert [line for line in permissions["refused"] if not fitting("refused", line)] == []


def test_each_unused_permission_is_reviewed(whole_run, permissions) -> None:
    assert [line for line in permissions["unused"] if not fitting("unused", line)] == []


def test_each_reviewed_permission_is_unused(whole_run, permissions) -> None:
    """An entry that nothing fits any more goes; what only some runs use is marked so."""
    stale = [
        text
        for entry in REVIEWED["unused"]
        if not entry.get("sometimes")
        for text in entry["lines"]
        if not any(fnmatchcase(line, text) for line in permissions["unused"])
    ]
    assert stale == []
