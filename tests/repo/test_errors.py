"""docs/errors.md has every error name once, and no other; a test shows how a task ends with each."""

import ast
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from activity_dispatch.domain.outcomes import ErrorName

ROW = re.compile(r"^\| `([A-Z]\w*\.\w+)` \|", re.MULTILINE)
NAMES = {error.value for error in ErrorName}


def differences(document: str) -> dict[str, list[str]]:
    """What the document's table and the library do not have in common."""
    rows = Counter(ROW.findall(document))
    found = {
        "without a row": sorted(NAMES - rows.keys()),
        "rows without a name": sorted(rows.keys() - NAMES),
        "several rows": sorted(name for name, count in rows.items() if count > 1),
    }
    return {problem: names for problem, names in found.items() if names}


def mentioned(nodes: Iterable[ast.AST]) -> set[str]:
    """The error names in this code, as texts or as members of ErrorName."""
    parts = [part for node in nodes for part in ast.walk(node)]
    texts = {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    members = {
        part.attr
        for part in parts
        if isinstance(part, ast.Attribute)
        and isinstance(part.value, ast.Name)
        and part.value.id == ErrorName.__name__
    }
    return (texts & NAMES) | {error.value for error in ErrorName if error.name in members}


def expected(source: str) -> set[str]:
    """The error names that the tests of a file assert, or are parametrized with.

    A test that has all of them only lists them: no task ends there.
    """
    found: set[str] = set()
    for test in ast.walk(ast.parse(source)):
        if isinstance(test, ast.FunctionDef) and test.name.startswith("test_"):
            asserts = [node for node in ast.walk(test) if isinstance(node, ast.Assert)]
            names = mentioned([*asserts, *test.decorator_list])
            found |= names if names != NAMES else set()
    return found


@pytest.fixture
def document(root: Path) -> str:
    return (root / "docs/errors.md").read_text()


def test_every_error_name_has_one_row_and_every_row_a_name(document: str) -> None:
    assert differences(document) == {}


def test_every_error_name_is_produced_by_a_test(root: Path) -> None:
    tests = [file for file in root.glob("tests/**/test_*.py") if "repo" not in file.parts]
    assert NAMES - {name for file in tests for name in expected(file.read_text())} == set()


def test_a_missing_a_doubled_and_an_unknown_row_are_found(document: str) -> None:
    row = next(line for line in document.splitlines() if line.startswith("| `Job.Failed` |"))
    assert differences(document.replace(row, "")) == {"without a row": ["Job.Failed"]}
    assert differences(document.replace(row, f"{row}\n{row}")) == {"several rows": ["Job.Failed"]}
    unknown = differences(document.replace("| `Job.Failed` |", "| `Job.Lost` |"))
    assert unknown == {"without a row": ["Job.Failed"], "rows without a name": ["Job.Lost"]}


def test_only_what_a_test_expects_counts() -> None:
    everything = ", ".join(repr(name) for name in sorted(NAMES))
    source = f"""
HELD = "Job.TimedOut"
@pytest.mark.parametrize("error", ["Job.OutOfMemory"])
def test_a(error):
    start("Job.Interrupted")
    assert error_of(task) == ErrorName.JOB_FAILED
def test_b():
    assert set(ErrorName) == {{{everything}}}
"""
    assert expected(source) == {"Job.OutOfMemory", "Job.Failed"}
