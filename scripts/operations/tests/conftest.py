"""An empty checkout, and commands that only record how they were called."""

from pathlib import Path

import pytest

from operations import paths
from operations.artifacts import images
from operations.deploy import terraform
from operations.local import cloud

TERRAFORM = """#!/bin/sh
echo "$@ endpoint=$TF_VAR_endpoint" >> "$CALLS"
case "$*" in
  *refused*) echo 'Error: refused' >&2; exit 1 ;;
  *output*) echo '{"region": {"value": "eu-west-1", "type": "string", "sensitive": false}}' ;;
esac
"""

# Keeps images as files, with their processor in them; knows only the commands that these tests need.
# BUILT_FOR is the processor of what it builds, whatever it is told; BUILDX, whether it has the plugin.
DOCKER = """#!/bin/sh
echo "$@" >> "$CALLS"
last() { shift $(($# - 1)); echo "$1" | tr / _; }
last_but_one() { shift $(($# - 2)); echo "$1" | tr / _; }
case "$1 $2" in
  'image inspect')
    [ -e "$IMAGES/$(last "$@")" ] || exit 1
    case "$*" in *.Architecture*) cat "$IMAGES/$(last "$@")" ;; *) echo 1000000 ;; esac ;;
  'version --format') echo amd64 ;;
  'buildx version') [ -n "$BUILDX" ] || exit 1 ;;
  build*)
    echo "with DOCKER_BUILDKIT=$DOCKER_BUILDKIT" >> "$CALLS"
    told="${2#--platform=linux/}"
    echo "${BUILT_FOR:-$told}" > "$IMAGES/$(last_but_one "$@")" ;;
  rmi*) rm "$IMAGES/$(last "$@")" ;;
  login*) cat >> "$IMAGES/password" ;;
  import*) cat > "$IMAGES/$(last "$@")" ;;
  pull*) exit 1 ;;
esac
"""

TFVARS = """account_id = "123456789012"
region = "eu-west-1"
name = "dispatch-dev"
backends = ["ecs"]
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
    """A fake terraform and terraform-init; the returned file records how they were called."""
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


@pytest.fixture
def docker_calls(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fake docker on PATH; the returned file records how it was called."""
    tools, kept = checkout / "tools", checkout / "kept"
    tools.mkdir()
    kept.mkdir()
    (tools / "docker").write_text(DOCKER)
    (tools / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tools), prepend=":")
    monkeypatch.setenv("CALLS", str(checkout / "calls"))
    monkeypatch.setenv("IMAGES", str(kept))
    (checkout / "calls").touch()
    source = checkout / "images/worker"
    source.mkdir(parents=True)
    (source / "Dockerfile").write_text("ARG BASE_IMAGE=python:3.13\n")

    def context(name: str, folder: Path, architecture: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        assert architecture in images.ARCHITECTURES
        (folder / "name").write_text(name)
        (folder / "Dockerfile").write_text((source / "Dockerfile").read_text())
        return folder

    monkeypatch.setattr(images, "_context", context)
    return checkout / "calls"


@pytest.fixture
def cloud_calls(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Records the cloud's and Terraform's commands; a cloud answers after `start`, and there is a state."""
    noted: list[str] = []
    (checkout / "build/local").mkdir(parents=True)
    (checkout / "build/local/terraform.tfstate").touch()
    monkeypatch.setattr(cloud, "_command", lambda verb, *_args, **_options: noted.append(verb))
    monkeypatch.setattr(cloud, "_ours", lambda: None)
    monkeypatch.setattr(cloud, "answers", lambda: bool(noted) and noted[-1] == "start")
    monkeypatch.setattr(terraform, "deploy", lambda *_args, **_options: noted.append("deploy"))
    monkeypatch.setattr(terraform, "destroy", lambda *_args, **_options: noted.append("destroy"))
    return noted
