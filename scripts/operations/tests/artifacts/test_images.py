"""Images are built once, under a tag that stands for their content."""

import json
import sys
import tarfile
from pathlib import Path

import pytest

from operations.artifacts import base_image, images
from operations.errors import OperationError


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


@pytest.mark.parametrize("architecture", images.ARCHITECTURES)
@pytest.mark.parametrize("name", ["worker", "training"])
def test_an_image_is_built_for_the_processor_that_is_asked_for(
    docker_calls: Path, name: str, architecture: str
) -> None:
    image = images.build("some/base:1", name, architecture)
    assert image.tag.endswith(f"-{architecture}")
    built = called(docker_calls, "build ")
    assert len(built) == (2 if name == "training" else 1)
    assert all(call.startswith(f"build --platform=linux/{architecture} ") for call in built)
    assert f"--tag {image.reference} " in built[-1]


def test_the_default_is_the_engine_s_processor(docker_calls: Path) -> None:
    assert images.build("some/base:1").architecture == "amd64"


@pytest.mark.parametrize(
    ("architecture", "buildx", "used"),
    [("amd64", "", "0"), ("amd64", "yes", "0"), ("arm64", "", "0"), ("arm64", "yes", "1")],
)
def test_buildkit_builds_for_another_processor_if_it_is_there(
    docker_calls: Path, monkeypatch: pytest.MonkeyPatch, architecture: str, buildx: str, used: str
) -> None:
    monkeypatch.setenv("BUILDX", buildx)
    images.build("some/base:1", architecture=architecture)
    assert called(docker_calls, "with") == [f"with DOCKER_BUILDKIT={used}"]


def test_an_image_that_was_built_for_another_processor_is_refused_and_removed(
    docker_calls: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUILT_FOR", "amd64")
    with pytest.raises(
        OperationError, match="worker was built for amd64, not for arm64: its base, some/base:1,"
    ):
        images.build("some/base:1", architecture="arm64")
    assert list((checkout / "kept").iterdir()) == []
    assert not (checkout / "build/images.json").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="packs Linux's libraries")
@pytest.mark.parametrize(
    ("machine", "wanted"), [("x86_64", "arm64"), ("aarch64", "amd64"), ("aarch64", "arm64")]
)
def test_a_base_packed_for_another_processor_is_refused(
    docker_calls: Path, monkeypatch: pytest.MonkeyPatch, machine: str, wanted: str
) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    with pytest.raises(OperationError, match=f"in an engine on amd64, and the image must be for {wanted}"):
        images.build(images.PACKED, architecture=wanted)
    assert called(docker_calls, "build") == called(docker_calls, "import") == []


def test_a_base_that_cannot_be_pulled(docker_calls: Path) -> None:
    assert not images.default_base_is_reachable()
    assert called(docker_calls, "pull") == ["pull --quiet python:3.13"]


@pytest.mark.skipif(sys.platform != "linux", reason="packs Linux's libraries")
def test_the_packed_base_has_python_a_shell_and_certificates(
    docker_calls: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    name = base_image.ensure("amd64")
    assert base_image.ensure("amd64") == name
    assert len(called(docker_calls, "import")) == 1
    with tarfile.open(checkout / "kept" / name) as archive:
        names = set(archive.getnames())
        owners = {entry.uid for entry in archive}
    assert {"usr/local/bin/python3.13", "usr/local/lib/python3.13/os.py", "usr/bin/sh"} <= names
    assert "etc/ssl/certs/ca-certificates.crt" in names
    assert any(name.endswith("/libc.so.6") for name in names)
    assert not any("__pycache__" in name or "/test/" in name for name in names)
    assert owners == {0}
