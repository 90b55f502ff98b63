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


def docker(*arguments: str, seconds: float = 60.0, buildkit: bool = False) -> None:
    """Run a Docker command; OperationError with its output when it fails."""
    _run(["docker", *arguments], seconds, DOCKER_BUILDKIT="1" if buildkit else "0")


def docker_succeeds(*arguments: str) -> bool:
    return subprocess.run(["docker", *arguments], capture_output=True, check=False).returncode == 0


def image_exists(reference: str) -> bool:
    return docker_succeeds("image", "inspect", reference)


def image_megabytes(reference: str) -> float:
    return int(_docker_prints("image", "inspect", "--format", "{{.Size}}", reference)) / 1e6


def image_architecture(reference: str) -> str:
    """Return the processor that an image is for: amd64 or arm64."""
    return _docker_prints("image", "inspect", "--format", "{{.Architecture}}", reference)


def engine_architecture() -> str:
    """Return the processor that the Docker engine runs on, which is not this machine's if it is remote."""
    return _docker_prints("version", "--format", "{{.Server.Arch}}")


def uv(*arguments: str) -> None:
    """Run a uv command; OperationError with its output when it fails."""
    _run([str(paths.UV), "--quiet", *arguments], WHEEL_SECONDS)


def _docker_prints(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OperationError(f"docker {' '.join(arguments[:2])} failed", detail=done.stderr)
    return done.stdout.strip()


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
