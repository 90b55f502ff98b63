"""Docker and uv as the images are built with them; both write to build/images.log."""

from __future__ import annotations

import os
import subprocess
import sys

from operations import paths, process
from operations.errors import OperationError

WHEEL_SECONDS = 600.0
LOG_CHARACTERS = 4_000
# For a single command. uv's configuration says where pip comes from.
PIP = "pip==25.3"


def docker(*arguments: str, seconds: float = 60.0) -> None:
    """Run a Docker command; OperationError with its output when it fails."""
    # Every engine has this builder; BuildKit is a plugin that some lack.
    _run(["docker", *arguments], seconds, DOCKER_BUILDKIT="0")


def docker_succeeds(*arguments: str) -> bool:
    return subprocess.run(["docker", *arguments], capture_output=True, check=False).returncode == 0


def image_exists(reference: str) -> bool:
    return docker_succeeds("image", "inspect", reference)


def image_megabytes(reference: str) -> float:
    done = subprocess.run(
        ["docker", "image", "inspect", "--format", "{{.Size}}", reference],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout) / 1e6


def uv(*arguments: str) -> None:
    """Run a uv command; OperationError with its output when it fails."""
    _run([str(paths.UV), "--quiet", *arguments], WHEEL_SECONDS)


def pip_download(*arguments: str) -> None:
    """Download wheels for Python 3.13 as pip is configured here; OperationError when it fails."""
    uv("run", "--isolated", "--no-project", "--python", sys.executable, "--with", PIP, "--",
       "python", "-m", "pip", "download", "--quiet", "--only-binary", ":all:", "--python-version", "3.13",
       *arguments)  # fmt: skip


def _run(command: list[str], seconds: float, **environment: str) -> None:
    log = paths.ROOT / "build/images.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("")
    done = process.run(command, timeout_seconds=seconds, log=log, env={**os.environ, **environment})
    if done.returncode != 0:
        name = " ".join([command[0].rpartition("/")[2], *command[1:2]])
        raise OperationError(
            f"{name} failed with exit code {done.returncode}", detail=log.read_text()[-LOG_CHARACTERS:]
        )
