"""Examples match their READMEs and stay short, and the environments dev and prod match each other."""

import json
import re
from pathlib import Path

import pytest
from tests.repo import terraform

SMALLEST = "terraform/examples/smallest"
TEAMS = "terraform/examples/two-teams"
# A configuration of one's own has no variables for what it knows.
LITERALS = (
    ('jsondecode(file("packages.json"))', "var.packages"),
    ('"arn:aws:lambda:eu-west-1:123456789012:function:letter"', "var.function_arn"),
    ('role = { name = "letter" }', "role = { name = var.role_name }"),
)


def test_the_readme_of_the_smallest_example_shows_its_code(root: Path) -> None:
    found = re.search(r"```hcl\n(.*?)```", (root / SMALLEST / "README.md").read_text(), re.DOTALL)
    assert found is not None
    shown = re.sub(r'"git::[^"]*//terraform/modules/([a-z-]+)\?ref=[^"]*"', r'"../../modules/\1"', found[1])
    for literal, variable in LITERALS:
        assert literal in shown
        shown = shown.replace(literal, variable)
    assert shown == (root / SMALLEST / "main.tf").read_text()


def test_the_smallest_adoption_has_15_lines(root: Path) -> None:
    assert len(code((root / SMALLEST / "main.tf").read_text())) <= 15


def test_a_second_activity_of_a_stack_has_6_lines(root: Path) -> None:
    text = (root / "terraform/examples/every-backend/main.tf").read_text()
    found = re.search(r"\n  activities = \{\n(.*?)\n  \}\n", text, re.DOTALL)
    assert found is not None
    activities = re.split(r"^(?=    \w)", found[1], flags=re.MULTILINE)[1:]
    assert len(activities) == 4
    assert [activity for activity in activities if len(code(activity)) > 6] == []


def test_an_activity_from_another_state_has_10_lines_and_a_second_one_6(root: Path) -> None:
    modules = {
        name: code(text)
        for team in ("team-a", "team-b")
        for name, text in blocks((root / TEAMS / team / "main.tf").read_text())
    }
    assert len(modules["studio"] + modules["headline"]) <= 10
    assert {name: len(modules[name]) for name in ("caption", "index") if len(modules[name]) > 6} == {}


def test_teams_are_tried_with_a_handle_as_the_control_plane_publishes_it(root: Path) -> None:
    handle = next(
        terraform.objects(terraform.local_values(root / "terraform/modules/control-plane")["handle"])
    )
    for team in ("team-a", "team-b"):
        (file,) = (root / TEAMS / team / "tests").glob("*.tftest.hcl")
        (tried,) = re.findall(r"insecure_value = <<-EOT\n(.*?)\n *EOT\n", file.read_text(), re.DOTALL)
        assert set(json.loads(tried)) == set(handle), file


def test_every_example_has_a_readme_and_a_test(root: Path) -> None:
    examples = [folder for folder in (root / "terraform/examples").iterdir() if folder.is_dir()]
    assert len(examples) >= 10
    for example in examples:
        assert (example / "README.md").is_file(), example
    configurations = {file.parent for file in (root / "terraform/examples").glob("**/main.tf")}
    for folder in {one for one in configurations if ".terraform" not in one.parts}:
        assert list((folder / "tests").glob("*.tftest.hcl")), folder


@pytest.mark.parametrize("name", ["outputs.tf", "variables.tf", "versions.tf"])
def test_dev_and_prod_differ_only_in_values(root: Path, name: str) -> None:
    dev, prod = ((root / "terraform/environments" / env / name).read_text() for env in ("dev", "prod"))
    assert dev == prod


def code(text: str) -> list[str]:
    """The lines that are neither empty nor a comment."""
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def blocks(text: str) -> list[tuple[str, str]]:
    """The modules that a file calls: name and text, as terraform fmt leaves them."""
    return re.findall(r'^(?=module "([a-z_]+)" \{)(.*?^\})', text, re.MULTILINE | re.DOTALL)
