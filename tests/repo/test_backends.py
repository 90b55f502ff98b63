"""A backend is a package of the library and a Terraform module: neither exists without the other."""

import re
from pathlib import Path

from tests.repo import terraform

from activity_dispatch.backends import registry
from activity_dispatch.domain.job_variables import REFUSED_NAMES


def test_every_backend_has_its_terraform_module_and_every_module_its_backend(root: Path) -> None:
    modules = {folder.name for folder in (root / "terraform/modules").glob("backend-*")}
    assert modules == {f"backend-{name}" for name in registry.names()}


def test_module_activity_calls_the_module_of_every_backend(root: Path) -> None:
    calls = terraform.blocks(root / "terraform/modules/activity", "module")
    sources = {terraform.value(call.attributes["source"]) for call in calls}
    assert [name for name in registry.names() if f"../backend-{name}" not in sources] == []


def test_terraform_refuses_the_same_variables_as_the_library(root: Path) -> None:
    text = (root / "terraform/modules/activity/job-variables.tf").read_text()
    listed = re.search(r"refused_variables = \[(.*?)\n  \]", text, re.DOTALL)
    assert listed is not None
    assert tuple(re.findall(r'"([^"]+)"', listed[1])) == REFUSED_NAMES
