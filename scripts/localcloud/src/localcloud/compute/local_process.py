"""Containers as processes on this machine, used when no Docker daemon answers."""

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from localcloud.compute import images, process_mounts
from localcloud.compute.containers import ContainerSpec, ContainerStartError, OnEnd, OnLines
from localcloud.compute.output import batches_of_lines
from localcloud.compute.watching import Watched
from localcloud.settings import ID_VARIABLE

LOG = logging.getLogger(__name__)

# Every process of a container carries it, so it is found even in another session.
CONTAINER_VARIABLE = "LOCALCLOUD_CONTAINER"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_CHUNK_BYTES = 65_536
# Processes that survive this many rounds fork faster than they can be killed.
_MAX_KILL_ROUNDS = 50
_KILL_ROUND_SECONDS = 0.02


class ProcessRunner:
    """Runs the command that replaces an image, with only the container's environment."""

    def __init__(self, *, cloud_id: str, image_mapping: str) -> None:
        """`image_mapping` is the value of LOCALCLOUD_IMAGES; each start rereads a file."""
        self._cloud_id = cloud_id
        self._image_mapping = image_mapping

    def start(self, spec: ContainerSpec, *, on_lines: OnLines, on_end: OnEnd) -> "ProcessContainer":
        """Start the command; see Runner.start."""
        image = images.find(images.load(self._image_mapping), spec.image)
        if image is None:
            raise images.cannot_pull(spec.image)
        argv = process_mounts.replaced(_command_line(spec, image), spec.mounts)
        home = Path(tempfile.mkdtemp(prefix="container-"))
        container_id = uuid.uuid4().hex
        environment = {
            "PATH": _PATH,
            "HOME": str(home),
            "TMPDIR": str(home),
            "HOSTNAME": container_id[:12],
            **image.environment,
            **process_mounts.environment(spec),
            ID_VARIABLE: self._cloud_id,
            CONTAINER_VARIABLE: container_id,
        }
        folder = spec.working_directory or image.working_directory or str(home)
        try:
            process = _launch(argv, environment, folder)
        except ContainerStartError:
            shutil.rmtree(home, ignore_errors=True)
            raise
        place = _Place(home=home, folder=folder, environment=environment)
        return ProcessContainer(container_id, process, place, on_lines=on_lines, on_end=on_end)


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a container's processes run."""

    home: Path
    folder: str
    environment: Mapping[str, str]


class ProcessContainer(Watched):
    """A process in its own session, with everything it forks."""

    def __init__(
        self,
        container_id: str,
        process: subprocess.Popen[bytes],
        place: _Place,
        *,
        on_lines: OnLines,
        on_end: OnEnd,
    ) -> None:
        """Watch a newly started process."""
        super().__init__(container_id)
        self._process = process
        self._place = place
        # While it is held, the process is not reaped, so its id cannot be reused.
        self._reaping = threading.Lock()
        self.watch(read=lambda: _read(process, on_lines), end=self._end, on_end=on_end)

    def succeeds(self, command: Sequence[str], timeout_seconds: float) -> bool:
        """See Container.succeeds."""
        try:
            done = subprocess.run(
                command,
                env=self._place.environment,
                cwd=self._place.folder,
                capture_output=True,
                timeout=timeout_seconds,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0

    def terminate(self) -> None:
        """See Container.terminate."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """See Container.kill; once the first process is gone, its forks are killed too."""
        self._signal(signal.SIGKILL)

    def remove(self) -> None:
        """See Container.remove."""
        self.kill()
        self._ended.wait()
        shutil.rmtree(self._place.home, ignore_errors=True)

    def _signal(self, number: int) -> None:
        with self._reaping:
            if self._process.returncode is None:
                os.kill(self._process.pid, number)

    def _end(self) -> int:
        # The zombie reserves the group's id until the group is killed.
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with self._reaping:
            status = self._process.wait()
        _kill_marked(self.id)
        return 128 - status if status < 0 else status


def _command_line(spec: ContainerSpec, image: images.LocalImage) -> list[str]:
    # As in Docker, overriding the image's entry point also drops the image's command.
    entrypoint = image.entrypoint if spec.entrypoint is None else tuple(spec.entrypoint)
    own = image.command if spec.entrypoint is None else ()
    argv = [*entrypoint, *(own if spec.command is None else spec.command)]
    if not argv:
        raise ContainerStartError("CannotStartContainerError", "no command specified")
    return argv


def _launch(
    argv: Sequence[str], environment: Mapping[str, str], folder: str
) -> subprocess.Popen[bytes]:
    # Popen would use this process's PATH and folder, not the container's.
    name = str(Path(folder, argv[0])) if "/" in argv[0] else argv[0]
    program = shutil.which(name, path=environment["PATH"])
    if program is None:
        raise ContainerStartError(
            "CannotStartContainerError",
            f'exec: "{argv[0]}": executable file not found in $PATH',
        )
    try:
        return subprocess.Popen(
            argv,
            executable=program,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise ContainerStartError("CannotStartContainerError", str(error)) from error


def _read(process: subprocess.Popen[bytes], on_lines: OnLines) -> None:
    output = process.stdout
    if output is None:
        raise TypeError("the process has no pipe")
    with output:
        for lines in batches_of_lines(_chunks(output.fileno())):
            on_lines(lines)


def _chunks(descriptor: int) -> Iterator[bytes]:
    while chunk := os.read(descriptor, _CHUNK_BYTES):
        yield chunk


def _kill_marked(container_id: str) -> None:
    for _ in range(_MAX_KILL_ROUNDS):
        left = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.environ().get(CONTAINER_VARIABLE) == container_id:
                    left.append(process)
                    process.kill()
        if not left:
            return
        psutil.wait_procs(left, timeout=_KILL_ROUND_SECONDS)
    LOG.warning("processes of container %s still run", container_id)
