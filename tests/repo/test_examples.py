"""Examples match their READMEs, and the environments dev and prod match each other."""

import re
from pathlib import Path

import pytest

SMALLEST = "terraform/examples/smallest"


def test_the_readme_of_the_smallest_example_shows_its_code(root: Path) -> None:
    found = re.search(r"```hcl\n(.*?)```", (root / SMALLEST / "README.md").read_text(), re.DOTALL)
    assert found is not None
    shown = re.sub(r'"git::[^"]*//terraform/modules/([a-z-]+)\?ref=[^"]*"', r'"../../modules/\1"', found[1])
    for literal, variable in (
        ('jsondecode(file("packages.json"))', "var.packages"),
        ('"arn:aws:lambda:eu-west-1:123456789012:function:letter"', "var.function_arn"),
        ('role_name = "letter"', "role_name = var.role_name"),
    ):
        shown = shown.replace(literal, variable)
    assert shown == (root / SMALLEST / "main.tf").read_text()


def test_every_example_has_a_readme_and_a_test(root: Path) -> None:
    examples = [folder for folder in (root / "terraform/examples").iterdir() if folder.is_dir()]
    assert len(examples) >= 5
    for example in examples:
        assert (example / "README.md").is_file(), example
        assert list((example / "tests").glob("*.tftest.hcl")), example


@pytest.mark.parametrize("name", ["outputs.tf", "variables.tf", "versions.tf"])
def test_dev_and_prod_differ_only_in_values(root: Path, name: str) -> None:
    dev, prod = ((root / "terraform/environments" / env / name).read_text() for env in ("dev", "prod"))
    assert dev == prod
