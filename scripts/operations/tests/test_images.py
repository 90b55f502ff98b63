"""Images: built once, under a tag that stands for their content, and pushed once."""

import base64
import json
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from operations import base_image, environment, guard, images
from operations.errors import OperationError

# Keeps images as files; of docker it does what is asked for here.
DOCKER = """#!/bin/sh
echo "$@" >> "$CALLS"
last() { shift $(($# - 1)); echo "$1" | tr / _; }
last_but_one() { shift $(($# - 2)); echo "$1" | tr / _; }
case "$1 $2" in
  'image inspect') [ -e "$IMAGES/$(last "$@")" ] || exit 1; echo 1000000 ;;
  build*) touch "$IMAGES/$(last_but_one "$@")" ;;
  login*) cat >> "$IMAGES/password" ;;
  import*) cat > "$IMAGES/$(last "$@")" ;;
  pull*) exit 1 ;;
esac
"""
REPOSITORY = "000000000000.dkr.ecr.eu-west-1.amazonaws.com/dispatch-dev/worker"


class Ecr:
    """A registry with some tags."""

    class exceptions:  # noqa: N801 (as boto3 has it)
        class RepositoryNotFoundException(Exception):
            pass

    def __init__(self, *tags: str, repository: str = "dispatch-dev/worker") -> None:
        self.tags, self.repository = tags, repository

    def client(self, service: str) -> "Ecr":
        assert service == "ecr"
        return self

    def describe_repositories(self, *, repositoryNames: list[str]) -> dict[str, Any]:  # noqa: N803
        if repositoryNames != [self.repository]:
            raise self.exceptions.RepositoryNotFoundException
        return {"repositories": [{"repositoryUri": REPOSITORY}]}

    def batch_get_image(self, *, repositoryName: str, imageIds: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        assert repositoryName == self.repository
        return {"images": [image for image in imageIds if image["imageTag"] in self.tags]}

    def get_authorization_token(self) -> dict[str, Any]:
        return {"authorizationData": [{"authorizationToken": base64.b64encode(b"AWS:secret").decode()}]}


@pytest.fixture
def calls(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docker on PATH; the file that is returned holds how it was called."""
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

    def context(name: str, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "name").write_text(name)
        (folder / "Dockerfile").write_text((source / "Dockerfile").read_text())
        return folder

    monkeypatch.setattr(images, "_context", context)
    return checkout / "calls"


def called(calls: Path, name: str) -> list[str]:
    return [line for line in calls.read_text().splitlines() if line.startswith(name)]


def account(monkeypatch: pytest.MonkeyPatch, ecr: Ecr) -> None:
    monkeypatch.setattr(guard, "check", environment.read)
    monkeypatch.setattr("boto3.Session", lambda **_: ecr)


def test_an_image_is_built_once(calls: Path, checkout: Path) -> None:
    image = images.build("some/base:1")
    assert images.build("some/base:1") == image
    (call,) = called(calls, "build")
    assert "--build-arg=BASE_IMAGE=some/base:1" in call
    assert json.loads((checkout / "build/images.json").read_text()) == {"worker": image.reference}


def test_the_training_is_built_on_the_workers_image(calls: Path, checkout: Path) -> None:
    training = images.build("some/base:1", "training")
    worker = images.build("some/base:1")
    first, second = called(calls, "build")
    assert "--build-arg=BASE_IMAGE=some/base:1" in first
    assert f"--build-arg=WORKER_IMAGE={worker.reference}" in second
    kept = json.loads((checkout / "build/images.json").read_text())
    assert kept == {"worker": worker.reference, "training": training.reference}


def test_a_tag_stands_for_content_and_base(calls: Path, checkout: Path) -> None:
    tags = {images.build(base).tag for base in ("", "a", "b")}
    (checkout / "images/worker/Dockerfile").write_text("ARG BASE_IMAGE=python:3.14\n")
    tags.add(images.build("").tag)
    assert len(tags) == 4
    assert "BASE_IMAGE" not in called(calls, "build")[0]


def test_an_image_is_pushed_once(calls: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account(monkeypatch, Ecr())
    address = images.push("dev", "")
    tag = images.build("").tag
    assert address == f"{REPOSITORY}:{tag}"
    assert len(called(calls, "push")) == 1
    assert (checkout / "kept/password").read_text() == "secret"
    assert "secret" not in calls.read_text()
    assert json.loads((checkout / "build/dev/images.json").read_text()) == {"worker": address}
    account(monkeypatch, Ecr(tag))
    assert images.push("dev", "") == address
    assert len(called(calls, "push")) == 1


@pytest.mark.parametrize(
    ("env", "problem"), [("local", "nothing to push"), ("dev", "make bootstrap ENV=dev")]
)
def test_where_nothing_can_be_pushed(
    calls: Path, monkeypatch: pytest.MonkeyPatch, env: str, problem: str
) -> None:
    account(monkeypatch, Ecr(repository="other/worker"))
    with pytest.raises(OperationError, match=problem):
        images.push(env, "")
    assert not called(calls, "push")


def test_a_base_that_cannot_be_fetched(calls: Path) -> None:
    assert not images.default_base_is_reachable()
    assert called(calls, "pull") == ["pull --quiet python:3.13"]


@pytest.mark.skipif(sys.platform != "linux", reason="packs Linux's libraries")
def test_the_packed_base_has_python_a_shell_and_certificates(calls: Path, checkout: Path) -> None:
    name = base_image.ensure()
    assert base_image.ensure() == name
    assert len(called(calls, "import")) == 1
    with tarfile.open(checkout / "kept" / name) as archive:
        names = set(archive.getnames())
        owners = {entry.uid for entry in archive}
    assert {"usr/local/bin/python3.13", "usr/local/lib/python3.13/os.py", "usr/bin/sh"} <= names
    assert "etc/ssl/certs/ca-certificates.crt" in names
    assert any(name.endswith("/libc.so.6") for name in names)
    assert not any("__pycache__" in name or "/test/" in name for name in names)
    assert owners == {0}
