"""Images are built once, under a tag that stands for their content."""

import json
import sys
import tarfile
from pathlib import Path

import pytest

from operations.artifacts import base_image, images


def called(calls: Path, name: str) -> list[str]:
    return [line for line in calls.read_text().splitlines() if line.startswith(name)]


def test_an_image_is_built_once(docker_calls: Path, checkout: Path) -> None:
    image = images.build("some/base:1")
    assert images.build("some/base:1") == image
    (call,) = called(docker_calls, "build")
    assert "--build-arg=BASE_IMAGE=some/base:1" in call
    assert json.loads((checkout / "build/images.json").read_text()) == {"worker": image.reference}


def test_the_training_image_is_built_on_the_worker_s_image(docker_calls: Path, checkout: Path) -> None:
    training = images.build("some/base:1", "training")
    worker = images.build("some/base:1")
    first, second = called(docker_calls, "build")
    assert "--build-arg=BASE_IMAGE=some/base:1" in first
    assert f"--build-arg=WORKER_IMAGE={worker.reference}" in second
    kept = json.loads((checkout / "build/images.json").read_text())
    assert kept == {"worker": worker.reference, "training": training.reference}


def test_a_tag_depends_on_content_and_base(docker_calls: Path, checkout: Path) -> None:
    tags = {images.build(base).tag for base in ("", "a", "b")}
    (checkout / "images/worker/Dockerfile").write_text("ARG BASE_IMAGE=python:3.14\n")
    tags.add(images.build("").tag)
    assert len(tags) == 4
    assert "BASE_IMAGE" not in called(docker_calls, "build")[0]


def test_a_base_that_cannot_be_pulled(docker_calls: Path) -> None:
    assert not images.default_base_is_reachable()
    assert called(docker_calls, "pull") == ["pull --quiet python:3.13"]


@pytest.mark.skipif(sys.platform != "linux", reason="packs Linux's libraries")
def test_the_packed_base_has_python_a_shell_and_certificates(docker_calls: Path, checkout: Path) -> None:
    name = base_image.ensure()
    assert base_image.ensure() == name
    assert len(called(docker_calls, "import")) == 1
    with tarfile.open(checkout / "kept" / name) as archive:
        names = set(archive.getnames())
        owners = {entry.uid for entry in archive}
    assert {"usr/local/bin/python3.13", "usr/local/lib/python3.13/os.py", "usr/bin/sh"} <= names
    assert "etc/ssl/certs/ca-certificates.crt" in names
    assert any(name.endswith("/libc.so.6") for name in names)
    assert not any("__pycache__" in name or "/test/" in name for name in names)
    assert owners == {0}
