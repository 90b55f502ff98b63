"""Python modules and functions stay small, and every function folder has what a function needs."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted([*ROOT.glob("functions/*/src/**/*.py"), *ROOT.glob("scripts/*/src/**/*.py")])
MEMBERS = sorted(file.parent for file in ROOT.glob("functions/*/pyproject.toml"))
FUNCTIONS = [folder for folder in MEMBERS if folder.name != "common"]
MAX_MODULE_LINES = 250
MAX_FUNCTION_LINES = 30


def test_there_are_sources() -> None:
    assert {path.name for path in FUNCTIONS} >= {"dispatcher", "prepare", "process", "publish"}
    assert len(SOURCES) > len(FUNCTIONS)


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_module_and_its_functions_are_small(file: Path) -> None:
    text = file.read_text()
    assert len(text.splitlines()) <= MAX_MODULE_LINES
    too_long = {
        node.name: length
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and (length := _lines(node)) > MAX_FUNCTION_LINES
    }
    assert too_long == {}


@pytest.mark.parametrize("folder", FUNCTIONS, ids=lambda folder: folder.name)
def test_a_function_has_a_handler_and_needs_only_the_library(folder: Path) -> None:
    project = tomllib.loads((folder / "pyproject.toml").read_text())
    package = project["tool"]["uv"]["build-backend"]["module-name"]
    assert (folder / "src" / package / "handler.py").is_file()
    # The zips are built without resolving anything: a new dependency has to be packed on purpose.
    assert project["project"]["dependencies"] == ["activity-dispatch"]


@pytest.mark.parametrize("folder", MEMBERS, ids=lambda folder: folder.name)
def test_types_are_checked_in_every_member(folder: Path) -> None:
    checked = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["mypy_path"]
    assert (folder / "src").relative_to(ROOT).as_posix() in checked


def _lines(node: ast.FunctionDef) -> int:
    """Lines of a function without its docstring."""
    documented = ast.get_docstring(node) is not None
    docstring = (node.body[0].end_lineno or 0) - node.body[0].lineno + 1 if documented else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docstring
