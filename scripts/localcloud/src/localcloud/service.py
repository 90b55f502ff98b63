"""Start, stop and inspect the cloud of one state folder."""

import contextlib
import fcntl
import json
import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil

from localcloud import processes
from localcloud.compute import orphans
from localcloud.settings import Address, StartSettings, localstack_environment

_STOP_SECONDS = 10.0
_LOG_TAIL_LINES = 30
# The folders that LocalStack writes in the state folder; stopping the cloud removes them.
_FOLDERS = ("data", "tmp")


class ServiceError(Exception):
    """The cloud could not be started; the message is for the user."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """What a state folder records about its cloud; pid is 0 until the process exists."""

    cloud_id: str
    host: str
    port: int
    pid: int = 0
    started: float = 0.0

    @property
    def address(self) -> Address:
        """Where this cloud answers."""
        return Address(host=self.host, port=self.port)

    def process(self) -> psutil.Process | None:
        """Its LocalStack process, if it still runs."""
        return processes.find(self.pid, self.started) if self.pid else None


@dataclass(frozen=True, kw_only=True)
class Started:
    """The result of a start: `ours` is false if another LocalStack already answered there."""

    address: Address
    ours: bool
    pid: int = 0
    seconds: float = 0.0


def start(settings: StartSettings) -> Started:
    """Start the cloud, or use the LocalStack that already answers; else raise ServiceError."""
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    with _locked(settings.state_dir):
        record = read_record(settings.state_dir)
        if answers(settings.address):
            process = record.process() if record and record.address == settings.address else None
            return Started(
                address=settings.address,
                ours=process is not None,
                pid=process.pid if process else 0,
            )
        if record is not None:
            _take_down(settings.state_dir, record)
        if _port_taken(settings.address):
            raise ServiceError(
                f"port {settings.address.port} of {settings.address.host} is in use by something "
                "that is not LocalStack"
            )
        return _start_new(settings)


def _start_new(settings: StartSettings) -> Started:
    begun = time.monotonic()
    record = Record(
        cloud_id=str(uuid.uuid4()), host=settings.address.host, port=settings.address.port
    )
    # Written before the process exists, so that `stop` can find it whatever happens next.
    _write_record(settings.state_dir, record)
    try:
        process = _launch(settings, record.cloud_id)
        _write_record(
            settings.state_dir,
            Record(
                **{**asdict(record), "pid": process.pid, "started": process.create_time()},
            ),
        )
        _await_health(settings, process)
    except BaseException:
        _take_down(settings.state_dir, record)
        raise
    return Started(
        address=settings.address, ours=True, pid=process.pid, seconds=time.monotonic() - begun
    )


def _launch(settings: StartSettings, cloud_id: str) -> psutil.Popen:
    for folder in _FOLDERS:
        (settings.state_dir / folder).mkdir(exist_ok=True)
    with log_path(settings.state_dir).open("wb") as log:
        return psutil.Popen(
            [sys.executable, "-m", "localcloud.host"],
            cwd=settings.state_dir,
            env=localstack_environment(settings, cloud_id),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _await_health(settings: StartSettings, process: psutil.Popen) -> None:
    deadline = time.monotonic() + settings.timeout_seconds
    while not answers(settings.address):
        if process.poll() is not None:
            problem = f"LocalStack ended with exit status {process.returncode}"
        elif time.monotonic() > deadline:
            problem = f"LocalStack did not answer within {settings.timeout_seconds:.0f} s"
        else:
            time.sleep(0.05)
            continue
        raise ServiceError(f"{problem}. The end of its log:\n{log_tail(settings.state_dir)}")


def stop(state_dir: Path) -> int:
    """Stop everything that `start` started from this folder; return how many processes ended."""
    if not state_dir.is_dir():
        return 0
    with _locked(state_dir):
        record = read_record(state_dir)
        return _take_down(state_dir, record) if record else 0


def _take_down(state_dir: Path, record: Record) -> int:
    ended = 0
    family: list[psutil.Process] = []
    if (process := record.process()) is not None:
        with contextlib.suppress(psutil.NoSuchProcess):
            family = process.children(recursive=True)
        processes.terminate(process, _STOP_SECONDS)
        ended += 1
    ended += processes.kill_all(record.cloud_id, also=family)
    ended += orphans.remove(record.cloud_id)
    for folder in _FOLDERS:
        shutil.rmtree(state_dir / folder, ignore_errors=True)
    _record_path(state_dir).unlink(missing_ok=True)
    return ended


def running(state_dir: Path) -> Record | None:
    """Return the record of the cloud that runs from this folder, if one does."""
    record = read_record(state_dir)
    return record if record and record.process() else None


def answers(address: Address) -> bool:
    """Return whether a LocalStack answers there."""
    connection = HTTPConnection(address.host, address.port, timeout=2)
    try:
        connection.request("GET", "/_localstack/health")
        response = connection.getresponse()
        return response.status == 200 and "services" in json.loads(response.read())
    except (OSError, HTTPException, ValueError):
        return False
    finally:
        connection.close()


def log_path(state_dir: Path) -> Path:
    """Return the path of LocalStack's log, which remains when the cloud is stopped."""
    return state_dir / "localstack.log"


def log_tail(state_dir: Path) -> str:
    """Return the last lines of LocalStack's log."""
    lines = log_path(state_dir).read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-_LOG_TAIL_LINES:])


def read_record(state_dir: Path) -> Record | None:
    """Return the folder's record; None if it is missing or broken."""
    try:
        return Record(**json.loads(_record_path(state_dir).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write_record(state_dir: Path, record: Record) -> None:
    path = _record_path(state_dir)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(asdict(record)), encoding="utf-8")
    draft.replace(path)


def _record_path(state_dir: Path) -> Path:
    return state_dir / "localcloud.json"


def _port_taken(address: Address) -> bool:
    try:
        socket.create_connection((address.host, address.port), timeout=2).close()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _locked(state_dir: Path) -> Iterator[None]:
    with (state_dir / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
