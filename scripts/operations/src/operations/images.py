"""Container images: built with Docker, pushed to the environment's registry under a tag that never moves."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3

from operations import base_image, guard, paths, process
from operations.environment import TRAINING, WORKER
from operations.errors import OperationError
from operations.outputs import LOCAL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from operations.environment import Environment

# Wheels that are built here, by image; images/NAME/requirements.txt pins all others.
MEMBERS = {WORKER: ("functions/common", "functions/process"), TRAINING: ("images/training",)}
# What else the build needs. The training's other wheels it fetches itself: with CUDA they are gigabytes.
FILES = {WORKER: (), TRAINING: ("entrypoint", "requirements.txt")}
PACKED = "packed"
# For one command only: where pip comes from is what uv is set up for.
PIP = "pip==25.3"
WHEEL_SECONDS = 600.0
BUILD_SECONDS = {WORKER: 600.0, TRAINING: 3600.0}
PUSH_SECONDS = 900.0
TAG_CHARACTERS = 16
LOG_CHARACTERS = 4_000


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image that was built. `tag` is a hash of all that went into it."""

    name: str
    tag: str

    @property
    def reference(self) -> str:
        """What Docker on this machine knows it by."""
        return f"activity-dispatch-{self.name}:{self.tag}"


def build(base: str, name: str = WORKER) -> Image:
    """Build an image on this base and return it; `base` is empty for the Dockerfile's own.

    The base `packed` is made of this machine's Python, for machines that reach no registry. What was
    built before is not built again. The training image is built on the worker's, on this base.
    """
    context = _context(name, paths.ROOT / "build/images" / name)
    variable = "BASE_IMAGE"
    if name == TRAINING:
        base, variable = build(base).reference, "WORKER_IMAGE"
    elif base == PACKED:
        base = base_image.ensure()
    image = Image(name=name, tag=_hash(context, base))
    if not _exists(image.reference):
        arguments = [f"--build-arg={variable}={base}"] if base else []
        _docker("build", *arguments, "--tag", image.reference, str(context), seconds=BUILD_SECONDS[name])
    _write(paths.ROOT / "build/images.json", image, image.reference)
    print(f"{image.reference}: {_megabytes(image.reference):.0f} MB")
    return image


def push(env: str, base: str, name: str = WORKER) -> str:
    """Build the image and push it to the environment's ECR repository; return its address there.

    Tags there are immutable: an image that is there already is left as it is.
    """
    if env == LOCAL:
        raise OperationError("the local cloud takes images from this machine's Docker: nothing to push")
    settings = guard.check(env)
    client = boto3.Session(region_name=settings.region).client("ecr")
    repository = _repository(client, settings, name)
    image = build(base, name)
    address = f"{repository}:{image.tag}"
    if not _is_pushed(client, repository, image.tag):
        _log_in(client, repository)
        _docker("tag", image.reference, address)
        _docker("push", "--quiet", address, seconds=PUSH_SECONDS)
    _write(paths.images_file(env), image, address)
    print(address)
    return address


def default_base_is_reachable() -> bool:
    """Tell whether Docker has the Dockerfile's base image or can fetch it."""
    line = next(line for line in _dockerfile().read_text().splitlines() if line.startswith("ARG BASE_IMAGE="))
    base = line.partition("=")[2]
    return _exists(base) or _succeeds("pull", "--quiet", base)


def _dockerfile(name: str = WORKER) -> Path:
    return paths.ROOT / "images" / name / "Dockerfile"


def _context(name: str, folder: Path) -> Path:
    """What goes into the image: for the worker everything, so that Docker fetches nothing but the base."""
    shutil.rmtree(folder, ignore_errors=True)
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    source = _dockerfile(name).parent
    for file in ("Dockerfile", *FILES[name]):
        shutil.copy(source / file, folder / file)
    for member in MEMBERS[name]:
        _uv("build", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", str(wheels),
            str(paths.ROOT / member))  # fmt: skip
    if name == WORKER:
        _uv("run", "--isolated", "--no-project", "--python", sys.executable, "--with", PIP, "--",
            "python", "-m", "pip", "download", "--quiet", "--only-binary", ":all:", "--require-hashes",
            "--python-version", "3.13", "--no-deps", "--dest", str(wheels),
            "--requirement", str(source / "requirements.txt"))  # fmt: skip
    # What uv build leaves beside the wheels.
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


def _repository(client: Any, settings: Environment, name: str) -> str:
    try:
        found = client.describe_repositories(repositoryNames=[f"{settings.name}/{name}"])
    except client.exceptions.RepositoryNotFoundException:
        raise OperationError(
            f"there is no registry {settings.name}/{name} yet: run `make bootstrap ENV={settings.env}` first"
        ) from None
    return str(found["repositories"][0]["repositoryUri"])


def _is_pushed(client: Any, repository: str, tag: str) -> bool:
    name = repository.partition("/")[2]
    found = client.batch_get_image(repositoryName=name, imageIds=[{"imageTag": tag}])
    return bool(found["images"])


def _log_in(client: Any, repository: str) -> None:
    (data,) = client.get_authorization_token()["authorizationData"]
    user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    host = repository.partition("/")[0]
    command = ["docker", "login", "--username", user, "--password-stdin", host]
    # By stdin: an argument can be seen by everybody on this machine.
    done = subprocess.run(command, input=password, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OperationError(f"docker login at {host} failed", detail=done.stderr)


def _write(file: Path, image: Image, address: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    file.write_text(json.dumps({**known, image.name: address}, indent=2) + "\n", encoding="utf-8")


def _exists(reference: str) -> bool:
    return _succeeds("image", "inspect", reference)


def _megabytes(reference: str) -> float:
    done = subprocess.run(
        ["docker", "image", "inspect", "--format", "{{.Size}}", reference],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout) / 1e6


def _succeeds(*arguments: str) -> bool:
    return subprocess.run(["docker", *arguments], capture_output=True, check=False).returncode == 0


def _docker(*arguments: str, seconds: float = 60.0) -> None:
    # The builder that is in every engine: BuildKit is a plugin that some lack.
    _run(["docker", *arguments], seconds, DOCKER_BUILDKIT="0")


def _uv(*arguments: str) -> None:
    _run([str(paths.UV), "--quiet", *arguments], WHEEL_SECONDS)


def _run(command: list[str], seconds: float, **environment: str) -> None:
    log = paths.ROOT / "build/images.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("")
    done = process.run(command, timeout_seconds=seconds, log=log, env={**os.environ, **environment})
    if done.returncode != 0:
        name = " ".join([command[0].rpartition("/")[2], *command[1:2]])
        raise OperationError(
            f"{name} failed with exit code {done.returncode}", detail=log.read_text()[-4000:]
        )
