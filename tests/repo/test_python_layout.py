"""Python files and functions stay small, and every distribution has the layout that builds rely on."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "functions/common/src/activity_dispatch"
MEMBERS = sorted(file.parent for file in ROOT.glob("functions/*/pyproject.toml"))
FUNCTIONS = [folder for folder in MEMBERS if folder.name != "common"]
MAX_FILE_LINES = 250
MAX_FUNCTION_LINES = 30


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def too_long(text: str) -> Iterator[str]:
    """What is too long: the file itself and its functions, nested ones included."""
    if (length := len(text.splitlines())) > MAX_FILE_LINES:
        yield f"file of {length} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = _lines(node)
            if length > MAX_FUNCTION_LINES:
                yield f"{node.name} of {length} lines"


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function without its docstring."""
    documented = ast.get_docstring(node) is not None
    docstring = (node.body[0].end_lineno or 0) - node.body[0].lineno + 1 if documented else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docstring


@pytest.mark.parametrize("folder", ["functions", "images", "scripts", "tests"])
def test_files_and_functions_are_small(folder: str) -> None:
    files = sources(folder)
    assert files
    found = [f"{file.relative_to(ROOT)}: {what}" for file in files for what in too_long(file.read_text())]
    assert found == [], "\n".join(found)


def test_what_is_too_long_is_found() -> None:
    body = "    pass\n" * 31
    assert list(too_long(f'def a():\n    """A."""\n{body[:-9]}')) == ["a of 31 lines"]
    assert list(too_long(f'def a():\n    """A\n\n    b.\n    """\n{"    pass\n" * 29}')) == []
    assert list(too_long(f"async def a():\n{body}")) == ["a of 32 lines"]
    nested = "        pass\n" * 30
    assert sorted(too_long(f"def a():\n    def b():\n{nested}")) == ["a of 32 lines", "b of 31 lines"]
    assert list(too_long("\n" * 251)) == ["file of 251 lines"]


def test_every_module_of_the_library_is_in_a_package() -> None:
    files = {entry.name for entry in LIBRARY.iterdir() if entry.is_file()}
    assert files - {"__main__.py"} == {"__init__.py", "py.typed"}


def test_the_functions_are_found() -> None:
    assert {path.name for path in FUNCTIONS} >= {"dispatcher", "prepare", "process", "publish"}


@pytest.mark.parametrize("folder", FUNCTIONS, ids=lambda folder: folder.name)
def test_a_function_has_a_handler_and_needs_only_the_library(folder: Path) -> None:
    project = tomllib.loads((folder / "pyproject.toml").read_text())
    package = project["tool"]["uv"]["build-backend"]["module-name"]
    assert (folder / "src" / package / "handler.py").is_file()
    # Building a zip resolves nothing: a new dependency has to be packed deliberately.
    assert project["project"]["dependencies"] == ["activity-dispatch"]


@pytest.mark.parametrize("folder", MEMBERS, ids=lambda folder: folder.name)
def test_types_are_checked_in_every_member(folder: Path) -> None:
    checked = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["mypy_path"]
    assert (folder / "src").relative_to(ROOT).as_posix() in checked
