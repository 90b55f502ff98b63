"""A backend is a library module and a Terraform module: neither is there without the other."""

from pathlib import Path

from activity_dispatch.backends import registry


def test_every_backend_has_its_terraform_module_and_the_reverse(root: Path) -> None:
    modules = {folder.name for folder in (root / "terraform/modules").glob("backend-*")}
    assert modules == {f"backend-{name}" for name in registry.names()}


def test_every_backend_has_its_block_in_the_stack(root: Path) -> None:
    stack = "\n".join(file.read_text() for file in sorted((root / "terraform/modules/stack").glob("*.tf")))
    missing = [name for name in registry.names() if f'"../backend-{name}"' not in stack]
    assert missing == []
