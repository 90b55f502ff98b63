"""What modules have in common so that they fit other people's accounts and tools."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hcl2 import api
from hcl2.rules.base import BlockRule
from tests.repo import terraform

from operations.schemas import judge, used

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(folder for folder in (ROOT / "terraform/modules").iterdir() if folder.is_dir())
# Compositions of ours that others call, with a stack's handle.
COMPOSITIONS = [ROOT / "terraform/examples" / name for name in ("training", "word-count")]
# What the commands of `make` apply in an account.
APPLIED = [ROOT / "terraform" / name for name in ("environments/dev", "environments/prod", "verify")]
# Every folder that somebody applies, or calls.
FOLDERS = sorted({file.parent for file in used.files(ROOT) if file.suffix == ".tf"})
# What a validation names besides text: error messages say `data.kms_key_arn` and mean a field.
NAMED = re.compile(r"\b(var|local|module)\.(\w+)")
# An object has at most 10 tags, other resources 50: its bucket has them.
UNTAGGED = {"aws_s3_object"}


def _id(folder: Path) -> str:
    return folder.relative_to(ROOT).as_posix()


def strangers(variable: terraform.Block) -> Iterator[str]:
    """What the validations of a variable name besides the variable itself."""
    for validation in variable.inner:
        for expression in validation.attributes.values():
            for kind, name in NAMED.findall(str(terraform.value(expression))):
                if (kind, name) != ("var", variable.labels[1]):
                    yield f"{kind}.{name}"


@pytest.mark.parametrize("folder", FOLDERS, ids=_id)
def test_a_validation_names_its_own_variable_only(folder: Path) -> None:
    """OpenTofu refuses others, as Terraform did before 1.9: a precondition says the same in both."""
    for variable in terraform.blocks(folder, "variable"):
        assert list(strangers(variable)) == [], variable.labels[1]


def test_a_validation_that_names_something_else_is_found() -> None:
    text = """
    variable "a" {
      validation {
        condition     = var.a == null ? true : var.a < var.b && var.a > local.c
        error_message = "a must be below module.d. Given: ${var.a}, with ${var.e}."
      }
    }
    """
    (rule,) = (child for child in api.parses(text).body.children if isinstance(child, BlockRule))
    assert sorted(strangers(terraform.block(rule))) == ["local.c", "module.d", "var.b", "var.e"]


def test_the_variables_are_found() -> None:
    variables = [variable for folder in FOLDERS for variable in terraform.blocks(folder, "variable")]
    assert sum(len(variable.inner) for variable in variables) > 100


@pytest.mark.parametrize("folder", MODULES, ids=_id)
def test_every_role_has_a_path_and_a_boundary(folder: Path) -> None:
    for role in terraform.blocks(folder, "resource", "aws_iam_role"):
        for argument in ("path", "permissions_boundary"):
            given = str(terraform.value(role.attributes[argument]))
            # Of a variable, or of the stack's handle: whoever calls the module decides.
            assert re.fullmatch(r"\$\{var\.(stack\.)?iam\.\w+\}", given), (role.labels, argument)


@pytest.mark.parametrize("folder", [*MODULES, *COMPOSITIONS, *APPLIED], ids=_id)
def test_every_call_of_a_module_with_a_role_passes_a_boundary(folder: Path) -> None:
    for call in calls(folder, "function", "state-machine", "stack", "control-plane"):
        given = str(terraform.value(call.attributes["iam"]))
        passed_on = ("${local.function_iam}", "${local.iam}", "${var.iam}")
        assert "permissions_boundary_arn" in given or given in passed_on, call.labels


@pytest.mark.parametrize("folder", APPLIED, ids=_id)
def test_an_account_s_boundary_is_on_every_role(folder: Path) -> None:
    assert calls(folder, "stack")
    for role in terraform.blocks(folder, "resource", "aws_iam_role"):
        given = str(terraform.value(role.attributes["permissions_boundary"]))
        assert given == "${var.permissions_boundary_arn}", role.labels


def test_roles_are_found() -> None:
    roles = [role for folder in MODULES for role in terraform.blocks(folder, "resource", "aws_iam_role")]
    assert {role.labels[2] for role in roles} == {"this"}
    assert len(roles) >= 5
    assert len(calls(ROOT / "terraform/modules/control-plane", "function")) == 5
    assert all(calls(folder, "function") for folder in COMPOSITIONS)


def test_the_stack_s_functions_differ_in_nothing_that_a_company_decides() -> None:
    functions = calls(ROOT / "terraform/modules/control-plane", "function")
    for argument in ("iam", "vpc", "architecture", "logs", "kms_key_arn", "watching", "tags"):
        assert len({str(terraform.value(call.attributes[argument])) for call in functions}) == 1, argument


@pytest.mark.parametrize("folder", MODULES, ids=_id)
def test_tags_reach_every_resource_that_takes_them(folder: Path) -> None:
    (oldest,) = (schema for schema in judge.read(ROOT) if schema.version.startswith("5."))
    for resource in terraform.blocks(folder, "resource"):
        _, kind, name = resource.labels
        schema = oldest.blocks.get(("resource", kind))
        if schema is not None and "tags" in schema.settable and kind not in UNTAGGED:
            assert "tags" in resource.attributes, f"{kind}.{name}"


@pytest.mark.parametrize("folder", [*MODULES, *COMPOSITIONS], ids=_id)
def test_every_call_of_a_module_passes_the_tags(folder: Path) -> None:
    for call in terraform.blocks(folder, "module"):
        source = (folder / str(terraform.value(call.attributes["source"]))).resolve()
        if "tags" in terraform.variables(source):
            assert "tags" in call.attributes, call.labels


def calls(folder: Path, *modules: str) -> list[terraform.Block]:
    """The calls of these modules in a folder."""
    return [
        call
        for call in terraform.blocks(folder, "module")
        if Path(str(terraform.value(call.attributes["source"]))).name in modules
    ]
