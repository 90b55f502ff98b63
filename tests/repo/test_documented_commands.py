"""Every command in the docs is run by a test or marked as needing AWS.

`tests/documented_commands.toml` says what runs each command, and this is checked too: in the test's
source, in .ci/run or in the Makefile.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

FENCE = re.compile(r"^( *)```([^\n`]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
SHELLS = {"sh", "bash", "shell", "console"}
# Other blocks: data, code and pictures, not meant for a shell.
OTHERS = {"dockerfile", "hcl", "json", "mermaid", "python", "text", "toml"}
NEEDS_AWS = "# needs AWS"
REGISTRY = "tests/documented_commands.toml"


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command as a document shows it, without its comment."""

    file: str
    text: str


def commands_in(file: str, text: str) -> Iterator[Command]:
    """The commands of a document that are not marked as needing AWS."""
    for _, info, body in FENCE.findall(text):
        if info.strip() not in SHELLS:
            continue
        lines = body.replace("\\\n", " ").splitlines()
        if lines and lines[0].strip() == NEEDS_AWS:
            continue
        for line in lines:
            if info.strip() == "console" and not line.startswith("$ "):
                continue
            command = re.sub(r"\s+# .*$", "", line.strip().removeprefix("$ "))
            if command and not command.startswith("#") and NEEDS_AWS not in line:
                yield Command(file=file, text=" ".join(command.split()))


def unknown_blocks(text: str) -> list[str]:
    """The languages of blocks that are neither commands nor any other known kind."""
    return [info for _, info, _ in FENCE.findall(text) if info.strip() not in SHELLS | OTHERS]


def strings_of(source: str, name: str) -> set[str]:
    """The strings in a function of a Python file and in its decorators."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return {
                " ".join(part.value.split())
                for part in ast.walk(node)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            }
    return set()


def is_run(root: Path, command: str, by: str) -> bool:
    """Return whether the command is run there."""
    file, _, test = by.partition("::")
    if not (root / file).is_file():
        return False
    source = (root / file).read_text()
    if test:
        return command in strings_of(source, test)
    target = command.removeprefix("make ").split()[0]
    makefile = (root / "Makefile").read_text()
    if file == ".ci/run":
        named = {name for names in re.findall(r"\btargets\+?=\(([^)]*)\)", source) for name in names.split()}
        return target in named
    # A test whose file the target's own recipe passes to pytest.
    recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    return (
        recipe is not None and re.search(rf"(pytest|\$\(PYTEST\)) {re.escape(file)}", recipe[1]) is not None
    )


@pytest.fixture(scope="module")
def documents(root: Path, files: list[Path]) -> dict[str, str]:
    return {str(file): (root / file).read_text() for file in files if file.suffix == ".md"}


@pytest.fixture(scope="module")
def followed(root: Path) -> dict[str, str]:
    """Documents whose every block a test runs, and that test."""
    entries = tomllib.loads((root / REGISTRY).read_text())["document"]
    return {entry["file"]: entry["run_by"] for entry in entries}


@pytest.fixture(scope="module")
def registry(root: Path) -> dict[str, str]:
    entries = tomllib.loads((root / REGISTRY).read_text())["command"]
    found = {entry["text"]: entry["run_by"] for entry in entries}
    assert len(found) == len(entries)
    return found


def test_every_command_is_listed(
    documents: dict[str, str], registry: dict[str, str], followed: dict[str, str]
) -> None:
    found = [
        command
        for file, text in documents.items()
        if file not in followed
        for command in commands_in(file, text)
    ]
    assert found
    unknown = [command for command in found if command.text not in registry]
    assert unknown == [], f"run them in a test and list them in {REGISTRY}, or append {NEEDS_AWS!r}"
    assert sorted(set(registry) - {command.text for command in found}) == [], "no document has these commands"


def test_every_command_is_run_where_the_list_says(root: Path, registry: dict[str, str]) -> None:
    assert {text: by for text, by in registry.items() if not is_run(root, text, by)} == {}


def test_a_document_that_is_followed_is_named_in_its_test(root: Path, followed: dict[str, str]) -> None:
    assert {file: by for file, by in followed.items() if file not in (root / by).read_text()} == {}


def test_every_block_names_its_language(documents: dict[str, str]) -> None:
    found = {file: unknown_blocks(text) for file, text in documents.items()}
    assert {file: blocks for file, blocks in found.items() if blocks} == {}


def test_only_commands_for_an_account_are_marked_as_needing_aws(documents: dict[str, str]) -> None:
    """The mark must not bypass the test: it is for environments in an account and the aws command."""
    marked = [
        line
        for text in documents.values()
        for _, info, body in FENCE.findall(text)
        if info.strip() in SHELLS and NEEDS_AWS in body
        for line in body.splitlines()
        if (NEEDS_AWS in line or body.splitlines()[0].strip() == NEEDS_AWS)
        and line.split(NEEDS_AWS)[0].strip(" #")
    ]
    assert [line for line in marked if not re.search(r"\bENV=(?!local\b)\w|\baws \w", line)] == []


def test_a_new_command_is_found() -> None:
    text = "x\n```sh\nmake one\nmake two ENV=dev # needs AWS\n$ ./three \\\n  --four   # a comment\n```\n"
    assert [command.text for command in commands_in("a.md", text)] == ["make one", "./three --four"]
    assert list(commands_in("a.md", f"```sh\n{NEEDS_AWS}\nmake five ENV=dev\n```\n")) == []
    assert unknown_blocks("```\nmake six\n```\n") == [""]


def test_a_test_that_does_not_run_the_command_is_not_accepted(root: Path, tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text("def test_a():\n    sh('make one')\n\n\ndef test_b():\n    pass\n")
    (tmp_path / "Makefile").write_text("two:\n\tpytest test_x.py\n\nthree:\n\ttrue\n")
    assert is_run(tmp_path, "make one", "test_x.py::test_a")
    assert not is_run(tmp_path, "make one", "test_x.py::test_b")
    assert not is_run(tmp_path, "make one", "test_y.py::test_a")
    assert is_run(tmp_path, "make two SEED=1", "test_x.py")
    assert not is_run(tmp_path, "make three", "test_x.py")
    assert is_run(root, "make test", ".ci/run")
    assert not is_run(root, "make demo", ".ci/run")
