"""All Terraform modules share one layout and stay small enough to read."""

import re
from pathlib import Path

import pytest
from tests.judges.rendering import REFUSED
from tests.repo import terraform

from operations.schemas import used

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "terraform/modules"
NAMES = sorted(folder.name for folder in MODULES.iterdir() if folder.is_dir())
MAX_LINES = 150
MAX_VARIABLES = 15


def test_the_modules_are_found() -> None:
    assert {"activity", "backend-ecs", "control-plane", "function", "lookup", "stack"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_module_has_its_files(name: str) -> None:
    wanted = ("main.tf", "variables.tf", "outputs.tf", "versions.tf", "README.md")
    assert [file for file in wanted if not (MODULES / name / file).is_file()] == []
    assert list((MODULES / name / "tests").glob("*.tftest.hcl"))


@pytest.mark.parametrize("name", NAMES)
def test_a_module_is_small(name: str) -> None:
    lengths = {file.name: len(file.read_text().splitlines()) for file in (MODULES / name).glob("*.tf")}
    assert {file: lines for file, lines in lengths.items() if lines > MAX_LINES} == {}
    variables = {
        file.name: file.read_text().count('\nvariable "') + file.read_text().startswith('variable "')
        for file in (MODULES / name).glob("*.tf")
    }
    assert {file: count for file, count in variables.items() if count > MAX_VARIABLES} == {}


@pytest.mark.parametrize("name", NAMES)
def test_every_variable_has_a_type_and_a_description(name: str) -> None:
    for variable, attributes in terraform.variables(MODULES / name).items():
        assert {"type", "description"} <= set(attributes), variable


def test_run_blocks_that_expect_a_failure_are_called_so() -> None:
    """Their plans are not judged: tests/judges/rendering.py tells them by the name."""
    run = re.compile(r'^run "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
    blocks = [
        (f"{file.relative_to(ROOT)}: {name}", name.startswith(REFUSED), "expect_failures" in body)
        for file in used.files(ROOT)
        if file.name.endswith(".tftest.hcl")
        for name, body in run.findall(file.read_text(encoding="utf-8"))
    ]
    assert len(blocks) > 300
    assert [block for block, is_called_so, fails in blocks if is_called_so != fails] == []
