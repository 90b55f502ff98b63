"""Every Terraform module is laid out alike and stays small enough to read."""

import re
from pathlib import Path

import pytest

MODULES = Path(__file__).resolve().parents[2] / "terraform/modules"
NAMES = sorted(folder.name for folder in MODULES.iterdir() if folder.is_dir())
MAX_LINES = 150
MAX_VARIABLES = 15
VARIABLE = re.compile(r'^variable "(\w+)" \{$(.*?)^\}$', re.MULTILINE | re.DOTALL)


def test_there_are_modules() -> None:
    assert {"activity", "backend-lambda", "dispatcher", "function", "stack", "state-machine"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_module_has_its_files(name: str) -> None:
    wanted = ("main.tf", "variables.tf", "outputs.tf", "versions.tf", "README.md")
    assert [file for file in wanted if not (MODULES / name / file).is_file()] == []
    assert list((MODULES / name / "tests").glob("*.tftest.hcl"))


@pytest.mark.parametrize("name", NAMES)
def test_a_module_is_small(name: str) -> None:
    lengths = {file.name: len(file.read_text().splitlines()) for file in (MODULES / name).glob("*.tf")}
    assert {file: lines for file, lines in lengths.items() if lines > MAX_LINES} == {}
    assert len(VARIABLE.findall(_text(name))) <= MAX_VARIABLES


@pytest.mark.parametrize("name", NAMES)
def test_every_variable_has_a_type_and_a_description(name: str) -> None:
    for variable, body in VARIABLE.findall(_text(name)):
        assert re.search(r"^  type\s+=", body, re.MULTILINE), f"{variable} has no type"
        assert re.search(r"^  description\s+=", body, re.MULTILINE), f"{variable} has no description"


def _text(name: str) -> str:
    return "\n".join(file.read_text() for file in sorted((MODULES / name).glob("*.tf")))
