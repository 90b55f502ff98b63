"""Start and stop the local cloud through its own command, in its own virtual environment."""

from __future__ import annotations

import http.client
import os
import re
import ssl
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from operations import paths
from operations.errors import OperationError
from operations.interrupts import uninterrupted
from operations.local import stand_ins
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
ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL"
BUNDLE_VARIABLE = "AWS_CA_BUNDLE"
_ENDPOINT = re.compile(r"https?://[^/:@?#\s]+:[0-9]{1,5}/?")
# The exit code of the cloud's `status`, and the beginning of its output when that is 0.
NOT_RUNNING = 3
_RUNNING_AT = re.compile(r"running at (?P<endpoint>\S+),")
TERRAFORM_FILES = (
    "terraform.tfplan",
    "terraform.tfstate",
    "terraform.tfstate.backup",
    ".terraform.tfstate.lock.info",
)


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """A local cloud that answers. `borrowed`: it was running already, so it is not ours to stop."""

    endpoint: str
    borrowed: bool


def address() -> tuple[str, int]:
    """Host and port as localstack-client reads them, but with 127.0.0.1 for localhost."""
    host, _, port = os.environ.get("LOCALSTACK_HOST", "").partition(":")
    number = port or os.environ.get("EDGE_PORT") or "4566"
    if not number.isdecimal() or not 0 < int(number) <= MAX_PORT:
        raise OperationError(
            f"the local cloud's port must be a number from 1 to {MAX_PORT}, not {number!r}"
            " (LOCALSTACK_HOST, EDGE_PORT)"
        )
    return host or "127.0.0.1", int(number)


def endpoint() -> str:
    """The cloud's URL: AWS_ENDPOINT_URL, which AWS's tools read too, or our address.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    if given := os.environ.get(ENDPOINT_VARIABLE):
        return _checked(given)
    host, port = address()
    return f"http://{host}:{port}"


def _checked(given: str) -> str:
    if not _ENDPOINT.fullmatch(given) or not 0 < int(given.strip("/").rpartition(":")[2]) <= MAX_PORT:
        raise OperationError(
            f"{ENDPOINT_VARIABLE} must be http://HOST:PORT or https://HOST:PORT, not {given!r}"
        )
    return given.rstrip("/")


def answers(at: str | None = None) -> bool:
    """Return whether an emulator, ours or another, answers at an endpoint; the default is our address.

    Over TLS its certificate must be one that AWS_CA_BUNDLE has, or the system.
    """
    url = f"{at or endpoint()}/_localstack/health"
    try:
        with urlopen(url, timeout=PROBE_SECONDS, context=_trust(url)) as response:  # noqa: S310 (checked)
            return bool(response.status == http.HTTPStatus.OK)
    except (URLError, OSError, http.client.HTTPException):
        return False


def _trust(url: str) -> ssl.SSLContext | None:
    if not url.startswith("https://"):
        return None
    bundle = os.environ.get(BUNDLE_VARIABLE)
    try:
        return ssl.create_default_context(cafile=bundle)
    except OSError as error:
        raise OperationError(f"{BUNDLE_VARIABLE} names no certificates: {bundle!r} ({error})") from None


def must_answer(at: str) -> None:
    """Raise OperationError, which says what to do, unless a cloud answers there."""
    if answers(at):
        return
    if at.startswith("https://"):
        raise OperationError(
            f"no cloud answers at {at}: run `make second-cloud-up` first, and set {BUNDLE_VARIABLE}"
            " as it says"
        )
    raise OperationError(f"no local cloud answers at {at}: run `make local-up` first")


def is_there() -> bool:
    """Return whether a cloud answers at the address. OperationError while ours runs at another one.

    Call it before starting a cloud: both would share one state, and the second would end the first.
    """
    ours = _ours()
    if ours not in (None, endpoint()):
        raise OperationError(
            f"a local cloud of this folder runs at {ours}: `make local-down` first, or use its port"
        )
    return answers()


def start(images: Path | None = None) -> Cloud:
    """Start the local cloud, or use the one that answers already; over TLS only another's can.

    `images` is a file with more images and what runs in their place.
    """
    borrowed = is_there()
    if endpoint().startswith("https://"):
        must_answer(endpoint())
        return Cloud(endpoint=endpoint(), borrowed=True)
    if not borrowed:
        # The emulator keeps nothing: what Terraform's state has of an earlier one no longer exists.
        forget_deployment()
    parts = urlsplit(endpoint())
    host, port = parts.hostname or "", parts.port
    _command(
        "start",
        "--lambda-python",
        str(paths.PYTHON),
        "--host",
        host,
        "--port",
        str(port),
        limit=START_SECONDS,
        images=images,
    )
    return Cloud(endpoint=endpoint(), borrowed=borrowed)


def stop() -> None:
    """Stop the cloud that `start` started; do nothing when there is none."""
    _command("stop", limit=STOP_SECONDS)


def forget_deployment() -> None:
    """Remove what a deploy left behind for a local cloud that no longer exists."""
    folder = paths.build_dir(LOCAL)
    for name in (*TERRAFORM_FILES, paths.outputs_file(LOCAL).name):
        (folder / name).unlink(missing_ok=True)


@contextmanager
def running() -> Iterator[Cloud]:
    """A cloud for a `with` block. If we started it, it is stopped at the end, also after an error."""
    borrowed = is_there()
    try:
        yield start()
    finally:
        if not borrowed:
            with uninterrupted():
                stop()
                forget_deployment()


def _ours() -> str | None:
    """The endpoint of this folder's cloud; None when it is not running."""
    done = run(_arguments("status"), timeout_seconds=STATUS_SECONDS, capture=True)
    if done.returncode == NOT_RUNNING:
        return None
    found = _RUNNING_AT.match(done.stdout)
    if done.returncode != 0 or found is None:
        raise OperationError(f"the local cloud's `status` failed with exit code {done.returncode}")
    return found["endpoint"]


def _environment(images: Path | None) -> dict[str, str]:
    # Docker only on request, even if it answers: its images may not have been built.
    runner = os.environ.get("LOCALCLOUD_RUNNER", "process")
    return {"LOCALCLOUD_RUNNER": runner, "LOCALCLOUD_IMAGES": str(stand_ins.write(images))}


def _command(verb: str, *options: str, limit: float, images: Path | None = None) -> None:
    done = run([*_arguments(verb), *options], timeout_seconds=limit, env=_environment(images))
    if done.returncode != 0:
        raise OperationError(f"the local cloud's `{verb}` failed with exit code {done.returncode}")


def _arguments(verb: str) -> list[str | Path]:
    return [paths.CLOUD_PYTHON, "-m", "localcloud", verb, "--state-dir", paths.CLOUD_STATE]
