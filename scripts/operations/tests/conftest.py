"""A checkout of our own for tests that write what a deploy leaves behind."""

from pathlib import Path

import pytest

from operations import paths

TERRAFORM = """#!/bin/sh
echo "$@ endpoint=$TF_VAR_endpoint" >> "$CALLS"
case "$*" in
  *refused*) echo 'Error: refused' >&2; exit 1 ;;
  *output*) echo '{"region": {"value": "eu-west-1", "type": "string", "sensitive": false}}' ;;
esac
"""

TFVARS = """account_id = "123456789012"
region = "eu-west-1"
name = "dispatch-dev"
backends = ["fargate"]
protected = false
tags = { Team = "a" }
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout with the environments local and dev; `paths` points into it."""
    for env in ("local", "dev"):
        (tmp_path / "terraform/environments" / env).mkdir(parents=True)
        (tmp_path / "terraform/environments" / env / "main.tf").touch()
    (tmp_path / "terraform/environments/dev/terraform.tfvars").write_text(TFVARS)
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(paths, "ENVIRONMENTS", tmp_path / "terraform/environments")
    return tmp_path


@pytest.fixture
def terraform_calls(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A terraform and a terraform-init that write how they were called into the file that is returned."""
    calls = checkout / "calls"
    tools = checkout / "tools"
    tools.mkdir()
    for name in ("terraform", "terraform-init"):
        (tools / name).write_text(TERRAFORM)
        (tools / name).chmod(0o755)
    monkeypatch.setattr(paths, "TERRAFORM_INIT", tools / "terraform-init")
    monkeypatch.setenv("PATH", str(tools), prepend=":")
    monkeypatch.setenv("CALLS", str(calls))
    return calls
