"""The training image: every step of its build, and what its entrypoint makes of its commands.

Its own PyTorch contains CUDA, gigabytes of it, and nothing here computes: the image is built without.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from operations.artifacts import images

ROOT = Path(__file__).resolve().parents[2]
HEAVY = re.compile(r"torch|nvidia|cuda|triton")
SECONDS = 600


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    """The image on the worker's that image-test has built; its requirements lack CUDA and PyTorch."""
    complete = images._context

    def context(name: str, folder: Path, architecture: str) -> Path:
        written = complete(name, folder, architecture)
        file = written / "requirements.txt"
        if file.exists():
            file.write_text(without_cuda(file.read_text()))
        return written

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(images, "_context", context)
        patch.setattr(images, "record", lambda *_: None)
        default = "" if images.default_base_is_reachable() else images.PACKED
        base = os.environ.get("BASE_IMAGE") or default
        yield images.build(base, images.TRAINING).reference


def without_cuda(requirements: str) -> str:
    """The requirements, each with its hashes, without the heavy ones."""
    pinned = re.split(r"(?m)^(?=[a-z])", requirements)
    kept = [entry for entry in pinned if not HEAVY.match(entry)]
    assert len(kept) < len(pinned) - 10
    return "".join(kept)


def run(image: str, *command: str, entrypoint: str = "") -> subprocess.CompletedProcess[str]:
    options = [f"--entrypoint={entrypoint}"] if entrypoint else []
    return subprocess.run(
        ["docker", "run", "--rm", *options, image, *command],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def test_the_training_and_its_libraries_are_in_the_image(image: str) -> None:
    script = "import os, numpy, sklearn.datasets, training.hyperparameters; print(os.getuid())"
    done = run(image, "-c", script, entrypoint="python")
    assert (done.returncode, done.stdout) == (0, "0\n"), done.stderr


def test_sagemaker_s_command_starts_the_training(image: str) -> None:
    done = run(image, "train")
    assert done.returncode == 1
    assert "No such file or directory: '/opt/ml/input/config/hyperparameters.json'" in done.stderr


@pytest.mark.parametrize("command", [(), ("python", "-m", "training")])
def test_anything_else_is_the_program_of_a_task(image: str, command: tuple[str, ...]) -> None:
    done = run(image, *command)
    assert done.returncode != 0
    assert "task-worker: ERROR: TASK_TABLE: not set" in done.stderr + done.stdout


@pytest.mark.parametrize("name", ["worker", "training"])
def test_the_image_is_for_the_engine_s_processor(image: str, name: str) -> None:
    references = {"training": image, "worker": worker_image()}
    inspected = subprocess.run(
        ["docker", "image", "inspect", "--format", "{{.Architecture}}", references[name]],
        capture_output=True,
        text=True,
        check=True,
    )
    assert references[name].endswith(f"-{inspected.stdout.strip()}")


def worker_image() -> str:
    return str(json.loads((ROOT / "build/images.json").read_text())["worker"])
