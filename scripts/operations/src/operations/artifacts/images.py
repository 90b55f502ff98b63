"""Container images, built with Docker under a tag that is a hash of their content, and their processor.

Docker builds for the processor that its engine runs on, unless told otherwise; a container of another one
does not start.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations import paths
from operations.artifacts import base_image
from operations.artifacts.tools import (
    docker,
    docker_succeeds,
    engine_architecture,
    image_architecture,
    image_exists,
    image_megabytes,
    pip_download,
    uv,
)
from operations.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORKER = "worker"
TRAINING = "training"
# The wheels that are built here, by image; images/NAME/requirements.txt pins all others.
MEMBERS = {WORKER: ("functions/common", "functions/process"), TRAINING: ("images/training",)}
# The other files that the build needs. The training image's build downloads its other wheels itself: with
# CUDA they are gigabytes.
FILES = {WORKER: (), TRAINING: ("entrypoint", "requirements.txt")}
PACKED = "packed"
BUILD_SECONDS = {WORKER: 600.0, TRAINING: 3600.0}
TAG_CHARACTERS = 16
ARCHITECTURES = ("amd64", "arm64")
# pip takes no wheel of another platform than these; the oldest C library of them is 2.17, of 2012.
WHEEL_PLATFORMS = {
    "amd64": ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64"),
    "arm64": ("manylinux2014_aarch64", "manylinux_2_17_aarch64", "manylinux_2_28_aarch64"),
}


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image that was built. `tag` is a hash of everything that went into it, and the processor."""

    name: str
    tag: str
    architecture: str

    @property
    def reference(self) -> str:
        """The image's name in this machine's Docker."""
        return f"activity-dispatch-{self.name}:{self.tag}"


def build(base: str, name: str = WORKER, architecture: str = "") -> Image:
    """Build an image on this base and return it; an empty `base` means the Dockerfile's own.

    An empty `architecture` means the engine's. The base `packed` is made from this machine's Python, for
    machines that reach no registry. An image that exists is not built again. The training image is built on
    the worker's image, which is built on `base`. Raises OperationError if the image is for another processor.
    """
    engine = engine_architecture()
    architecture = architecture or engine
    variable = "BASE_IMAGE"
    if name == TRAINING:
        base, variable = build(base, WORKER, architecture).reference, "WORKER_IMAGE"
    elif base == PACKED:
        base = base_image.ensure(architecture)
    context = _context(name, paths.ROOT / "build/images" / name, architecture)
    image = Image(name=name, tag=f"{_hash(context, base)}-{architecture}", architecture=architecture)
    if not image_exists(image.reference):
        arguments = [f"--platform=linux/{architecture}"]
        arguments += [f"--build-arg={variable}={base}"] if base else []
        # The builder that every engine has is enough for the engine's own processor; for others it takes any
        # base that is there, without a word. BuildKit does not, but is a plugin that some lack.
        buildkit = architecture != engine and docker_succeeds("buildx", "version")
        docker("build", *arguments, "--tag", image.reference, str(context), seconds=BUILD_SECONDS[name],
               buildkit=buildkit)  # fmt: skip
    _must_be_for_its_architecture(image, base)
    record(paths.ROOT / "build/images.json", image, image.reference)
    print(f"{image.reference}: {image_megabytes(image.reference):.0f} MB")
    return image


def _must_be_for_its_architecture(image: Image, base: str) -> None:
    found = image_architecture(image.reference)
    if found != image.architecture:
        docker("rmi", image.reference)
        raise OperationError(
            f"the image {image.name} was built for {found}, not for {image.architecture}: its base,"
            f" {base or 'that of the Dockerfile'}, is for {found} here; pull it with `docker pull --platform"
            f" linux/{image.architecture}`, or install docker buildx"
        )


def record(file: Path, image: Image, address: str) -> None:
    """Add an image's address to a JSON file of addresses by image."""
    file.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    file.write_text(json.dumps({**known, image.name: address}, indent=2) + "\n", encoding="utf-8")


def default_base_is_reachable() -> bool:
    """Return whether Docker has the Dockerfile's base image or can pull it, for any processor."""
    line = next(line for line in _dockerfile().read_text().splitlines() if line.startswith("ARG BASE_IMAGE="))
    base = line.partition("=")[2]
    return image_exists(base) or docker_succeeds("pull", "--quiet", base)


def _dockerfile(name: str = WORKER) -> Path:
    return paths.ROOT / "images" / name / "Dockerfile"


def _context(name: str, folder: Path, architecture: str) -> Path:
    """Write the build context. The worker's is complete, so that Docker fetches only the base."""
    shutil.rmtree(folder, ignore_errors=True)
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    source = _dockerfile(name).parent
    for file in ("Dockerfile", *FILES[name]):
        shutil.copy(source / file, folder / file)
    for member in MEMBERS[name]:
        uv("build", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", str(wheels),
           str(paths.ROOT / member))  # fmt: skip
    if name == WORKER:
        requirements = str(source / "requirements.txt")
        platforms = [f"--platform={platform}" for platform in WHEEL_PLATFORMS[architecture]]
        pip_download("--require-hashes", "--no-deps", "--dest", str(wheels), "--requirement", requirements,
                     *platforms)  # fmt: skip
    # `uv build` writes it beside the wheels.
    (wheels / ".gitignore").unlink(missing_ok=True)
    return folder


def _hash(context: Path, base: str) -> str:
    digest = hashlib.sha256(base.encode())
    for path in _files(context):
        digest.update(path.relative_to(context).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:TAG_CHARACTERS]


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file())
