"""The local cloud: started and stopped through its own command, in its own virtual environment."""

from __future__ import annotations

import http.client
import json
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

from operations import paths
from operations.errors import OperationError
from operations.interrupts import uninterrupted
from operations.outputs import LOCAL
from operations.process import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START_SECONDS = 90.0
STOP_SECONDS = 60.0
STATUS_SECONDS = 30.0
PROBE_SECONDS = 5.0
MAX_PORT = 65_535
# What the cloud's `status` exits with, and how it begins where it is 0.
NOT_RUNNING = 3
_RUNNING_AT = re.compile(r"running at (?P<endpoint>\S+),")
# Parts of image names: environments/local uses these images.
WORKER_IMAGE = "worker"
TRAINING_IMAGE = "training"
STOCK_IMAGE = "busybox"
TERRAFORM_FILES = (
    "terraform.tfplan",
    "terraform.tfstate",
    "terraform.tfstate.backup",
    ".terraform.tfstate.lock.info",
)


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """A local cloud that answers. `borrowed`: it ran before we came, so it is not ours to stop."""

    endpoint: str
    borrowed: bool


def address() -> tuple[str, int]:
    """Host and port as localstack-client reads them, but 127.0.0.1 where it says localhost."""
    host, _, port = os.environ.get("LOCALSTACK_HOST", "").partition(":")
    number = port or os.environ.get("EDGE_PORT") or "4566"
    if not number.isdecimal() or not 0 < int(number) <= MAX_PORT:
        raise OperationError(
            f"the local cloud's port must be a number from 1 to {MAX_PORT}, not {number!r}"
            " (LOCALSTACK_HOST, EDGE_PORT)"
        )
    return host or "127.0.0.1", int(number)


def endpoint() -> str:
    host, port = address()
    return f"http://{host}:{port}"


def answers(at: str | None = None) -> bool:
    """Does a LocalStack, ours or anybody's, answer at an endpoint? Left out, it is the address's."""
    try:
        with urlopen(f"{at or endpoint()}/_localstack/health", timeout=PROBE_SECONDS) as response:  # noqa: S310 (http only)
            return bool(response.status == http.HTTPStatus.OK)
    except (URLError, OSError, http.client.HTTPException):
        return False


def must_answer(at: str) -> None:
    if not answers(at):
        raise OperationError(f"no local cloud answers at {at}: run `make local-up` first")


def is_there() -> bool:
    """Does one answer at the address already? OperationError while ours runs at another one.

    Whoever starts a cloud asks first: there is one state, so a second cloud would be the first one's end.
    """
    ours = _ours()
    if ours not in (None, endpoint()):
        raise OperationError(
            f"a local cloud of this folder runs at {ours}: `make local-down` first, or use its port"
        )
    return answers()


def start() -> Cloud:
    """Start the local cloud, or take the one that answers already."""
    borrowed = is_there()
    if not borrowed:
        # The emulator keeps nothing: what Terraform remembers of an earlier one does not exist any more.
        forget_deployment()
    host, port = address()
    _command(
        "start",
        "--lambda-python",
        str(paths.PYTHON),
        "--host",
        host,
        "--port",
        str(port),
        limit=START_SECONDS,
    )
    return Cloud(endpoint=endpoint(), borrowed=borrowed)


def stop() -> None:
    """Stop the cloud that an earlier `start` started; nothing happens when there is none."""
    _command("stop", limit=STOP_SECONDS)


def forget_deployment() -> None:
    """Remove what a deploy to a local cloud that has gone left behind."""
    folder = paths.build_dir(LOCAL)
    for name in (*TERRAFORM_FILES, paths.outputs_file(LOCAL).name):
        (folder / name).unlink(missing_ok=True)


@contextmanager
def running() -> Iterator[Cloud]:
    """A cloud for the length of a `with` block. One of our own is stopped at its end, however it ends."""
    borrowed = is_there()
    try:
        yield start()
    finally:
        if not borrowed:
            with uninterrupted():
                stop()
                forget_deployment()


def _ours() -> str | None:
    """Where the cloud of this folder runs; None while it does not."""
    done = run(_arguments("status"), timeout_seconds=STATUS_SECONDS, capture=True)
    if done.returncode == NOT_RUNNING:
        return None
    found = _RUNNING_AT.match(done.stdout)
    if done.returncode != 0 or found is None:
        raise OperationError(f"the local cloud's `status` failed with exit code {done.returncode}")
    return found["endpoint"]


def _images() -> Path:
    """Write what stands for the images where containers are processes, and return the file."""
    worker = {"argv": [str(paths.TASK_WORKER), "--"], "command": [str(paths.PYTHON), "-m", "process"]}
    # An image that knows nothing of tasks: its command runs as it is given, on this machine.
    images = {WORKER_IMAGE: worker, TRAINING_IMAGE: _training(), STOCK_IMAGE: {}}
    paths.CLOUD_IMAGES.parent.mkdir(parents=True, exist_ok=True)
    paths.CLOUD_IMAGES.write_text(json.dumps(images, indent=2) + "\n", encoding="utf-8")
    return paths.CLOUD_IMAGES


def _training() -> dict[str, object]:
    """The training image: the worker in the project's Python, the training in its own, which has PyTorch."""
    folders = (paths.TRAINING_PYTHON.parent, paths.TASK_WORKER.parent)
    environment = {
        "PATH": ":".join([*map(str, folders), os.defpath]),
        "PYTHONPATH": str(paths.TRAINING_IMAGE / "src"),
    }
    return {"argv": [str(paths.TRAINING_IMAGE / "entrypoint")], "env": environment}


def _environment() -> dict[str, str]:
    # Processes even where Docker answers, unless asked for: nobody has built the images for it.
    runner = os.environ.get("LOCALCLOUD_RUNNER", "process")
    return {"LOCALCLOUD_RUNNER": runner, "LOCALCLOUD_IMAGES": str(_images())}


def _command(verb: str, *options: str, limit: float) -> None:
    done = run([*_arguments(verb), *options], timeout_seconds=limit, env=_environment())
    if done.returncode != 0:
        raise OperationError(f"the local cloud's `{verb}` failed with exit code {done.returncode}")


def _arguments(verb: str) -> list[str | Path]:
    return [paths.CLOUD_PYTHON, "-m", "localcloud", verb, "--state-dir", paths.CLOUD_STATE]
