"""A second cloud that nobody here wrote: MiniStack, stock, over TLS, with IAM and signatures enforced.

It listens on 127.0.0.1 only. Its faults are in scripts/second-cloud/known.toml.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from operations import outputs, paths
from operations.errors import OperationError
from operations.interrupts import deferred
from operations.local import cloud
from operations.local.ports import free_port, is_taken

if TYPE_CHECKING:
    from collections.abc import Mapping

START_SECONDS = 60.0
STOP_SECONDS = 10.0
REGION = "eu-west-1"
PORT_VARIABLE = "SECOND_CLOUD_PORT"
DEFAULT_PORT = 4567
STATE = paths.SECOND_CLOUD / "state"
PYTHON = paths.SECOND_CLOUD / "venv/bin/python"
_READY = "Running on"
# Those that this process started: a child keeps its id until its parent has read its exit status.
_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}
# With these, the functions would not trust the emulator's certificate, or would call another endpoint.
_NOT_HANDED_ON = ("AWS_", "REQUESTS_CA_BUNDLE", "SSL_CERT", "CURL_CA_BUNDLE", "PYTHON", "TF_")


@dataclass(frozen=True, kw_only=True)
class SecondCloud:
    """One that was started. Its process leads a group that holds the functions, too."""

    folder: str
    port: int
    pid: int
    began: str

    @property
    def endpoint(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return Path(self.folder) / "log"

    @property
    def variables(self) -> dict[str, str]:
        """What AWS's tools, Terraform and the Makefile's targets need to use it."""
        return {
            cloud.ENDPOINT_VARIABLE: self.endpoint,
            cloud.BUNDLE_VARIABLE: str(Path(self.folder, "tmp", "ministack-tls", "server.crt")),
            # It knows no saved queries (scripts/second-cloud/known.toml).
            "TF_VAR_saved_queries": "false",
        }


def start(folder: Path, *, port: int, iam: bool = True, more: Mapping[str, str] | None = None) -> SecondCloud:
    """Start one in an empty folder and wait until it answers; port 0 is a free one.

    `more` are variables for it and its functions. OperationError when it does not start.
    """
    for tool, why in (("openssl", "makes its certificate"), ("ps", "tells its process from others")):
        if shutil.which(tool) is None:
            raise OperationError(f"{tool}, which {why}, was not found: install it and add it to PATH")
    number = port or free_port()
    if is_taken(number):
        raise OperationError(f"port {number} is in use: choose another with {PORT_VARIABLE}")
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tmp").mkdir(parents=True)
    # An interrupt before it is on record would leave a process that nobody ends.
    with deferred():
        process = _launch(folder, {**_environment(folder, number, iam=iam), **(more or {})})
        started = SecondCloud(folder=str(folder), port=number, pid=process.pid, began=_began(process.pid))
        _record(folder).write_text(json.dumps(asdict(started)), encoding="utf-8")
    try:
        _await(started, process)
    except BaseException:
        stop(folder)
        raise
    return started


def _launch(folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [PYTHON, "-m", "ministack"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _CHILDREN[process.pid] = process
    return process


def _await(started: SecondCloud, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while _READY not in (said := started.log.read_text(encoding="utf-8", errors="replace")):
        if process.poll() is not None or time.monotonic() > deadline:
            ended = f"ended with {process.poll()}" if process.poll() is not None else "did not start in time"
            raise OperationError(f"the second cloud {ended}", detail=said[-2000:])
        time.sleep(0.05)


def stop(folder: Path) -> bool:
    """End the one of this folder with all its functions and remove its data; return whether it ran."""
    found = running(folder)
    if found is not None:
        _end_group(found.pid)
    for name in ("tmp", "s3", "state"):
        shutil.rmtree(folder / name, ignore_errors=True)
    _record(folder).unlink(missing_ok=True)
    return found is not None


def running(folder: Path) -> SecondCloud | None:
    """Return the one that was started in this folder, if its process still runs."""
    try:
        found = SecondCloud(**json.loads(_record(folder).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    # Another process may have its id by now.
    return found if found.began and _began(found.pid) == found.began else None


def up(*, iam: bool) -> None:
    """`make second-cloud-up`: start one for a user and print how to reach it."""
    found = running(STATE)
    if found is None:
        at = _deployed_at()
        if at and cloud.answers(at):
            raise OperationError(
                f"a stack is deployed at {at}, and would be forgotten: `make local-down` first"
            )
        cloud.forget_deployment()
        found = start(STATE, port=int(_port()), iam=iam)
    print(f"The second cloud runs at {found.endpoint}. To point make, Terraform and AWS's tools at it:\n")
    print("".join(f"export {name}={value}\n" for name, value in found.variables.items()))


def down() -> None:
    """`make second-cloud-down`: end it, and forget what was deployed to it."""
    found = running(STATE)
    if found and _deployed_at() == found.endpoint:
        cloud.forget_deployment()
    print("stopped" if stop(STATE) else "not running")


def _deployed_at() -> str | None:
    return outputs.load(outputs.LOCAL).endpoint if outputs.exist(outputs.LOCAL) else None


def _port() -> str:
    given = os.environ.get(PORT_VARIABLE) or str(DEFAULT_PORT)
    if not given.isdecimal() or not 0 < int(given) <= cloud.MAX_PORT:
        raise OperationError(f"{PORT_VARIABLE} must be a number from 1 to {cloud.MAX_PORT}, not {given!r}")
    return given


def _environment(folder: Path, port: int, *, iam: bool) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_HANDED_ON)}
    return {
        **kept,
        # By default it listens on every interface.
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "TMPDIR": str(folder / "tmp"),
        "S3_DATA_DIR": str(folder / "s3"),
        "STATE_DIR": str(folder / "state"),
        "LAMBDA_EXECUTOR": "local",
        # A poll for a task occupies one of them for a minute; with its 64, a burst starves all others.
        "MINISTACK_WORKER_THREADS": "256",
        "USE_SSL": "1",
        "AUTH": "true" if iam else "false",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _record(folder: Path) -> Path:
    return folder / "cloud.json"


def _began(pid: int) -> str:
    """When a process was started, as `ps` tells it; empty when there is none, or only its exit status."""
    done = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, began = done.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else began.strip()


def _end_group(leader: int) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(leader, number)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if leader in _CHILDREN:
                _CHILDREN[leader].poll()
            try:
                os.killpg(leader, 0)
            except ProcessLookupError:
                return
            time.sleep(0.05)
    raise OperationError(f"the processes of group {leader} did not end")
