"""Containers in a Docker engine."""

import contextlib
import logging
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import docker
import docker.errors

from localcloud.compute import images
from localcloud.compute.containers import (
    ContainerSpec,
    ContainerStartError,
    Mount,
    OnEnd,
    OnLines,
)
from localcloud.compute.output import batches_of_lines
from localcloud.compute.watching import Watched

LOG = logging.getLogger(__name__)

ID_LABEL = "localcloud.id"
_POOL_SIZE = 256


def connect() -> Any:
    """Connect to the engine in DOCKER_HOST or on this machine; DockerException if there is none."""
    client = docker.from_env(max_pool_size=_POOL_SIZE)
    client.ping()
    return client


def remove_all(cloud_id: str) -> int:
    """Remove every container of a cloud; return how many there were."""
    client = connect()
    found = client.containers.list(all=True, filters={"label": f"{ID_LABEL}={cloud_id}"})
    for container in found:
        with contextlib.suppress(docker.errors.NotFound):
            container.remove(force=True)
    return len(found)


class DockerRunner:
    """Runs images that the engine has. It pulls none: the local cloud needs no network."""

    def __init__(self, client: Any, *, cloud_id: str, network: str) -> None:
        """`network` is `host` if containers must reach this machine's 127.0.0.1."""
        self._client = client
        self._cloud_id = cloud_id
        self._network = network

    def start(self, spec: ContainerSpec, *, on_lines: OnLines, on_end: OnEnd) -> "DockerContainer":
        """Start the container; see Runner.start."""
        image = self._find(spec.image)
        container = None
        try:
            container = self._client.containers.create(
                image,
                command=_words(spec.command),
                entrypoint=_words(spec.entrypoint),
                environment=dict(spec.environment),
                working_dir=spec.working_directory,
                mem_limit=f"{spec.memory_mib}m" if spec.memory_mib else None,
                init=spec.init,
                network_mode=self._network,
                volumes=_volumes(spec.mounts),
                labels={**spec.labels, ID_LABEL: self._cloud_id},
                detach=True,
            )
            container.start()
        except docker.errors.APIError as error:
            if container is not None:
                container.remove(force=True)
            message = str(error.explanation or error)
            raise ContainerStartError("CannotStartContainerError", message) from error
        return DockerContainer(container, on_lines=on_lines, on_end=on_end)

    def _find(self, name: str) -> str:
        # An image of an ECR repository is stored under the repository's name, without a registry.
        for candidate in (name, name.partition("/")[2]):
            with contextlib.suppress(docker.errors.ImageNotFound):
                if candidate:
                    self._client.images.get(candidate)
                    return candidate
        raise images.cannot_pull(name)


class DockerContainer(Watched):
    """A started container."""

    def __init__(self, container: Any, *, on_lines: OnLines, on_end: OnEnd) -> None:
        """Watch it."""
        super().__init__(container.id)
        self._container = container
        self.watch(read=lambda: self._read(on_lines), end=self._end, on_end=on_end)

    def succeeds(self, command: Sequence[str], timeout_seconds: float) -> bool:
        """See Container.succeeds."""
        codes: list[int] = []

        def run() -> None:
            # It may have ended meanwhile.
            with contextlib.suppress(docker.errors.APIError):
                codes.append(self._container.exec_run(list(command)).exit_code)

        # The engine has no limit for a command.
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(timeout_seconds)
        return codes == [0]

    def terminate(self) -> None:
        """See Container.terminate."""
        self._signal("SIGTERM")

    def kill(self) -> None:
        """See Container.kill."""
        self._signal("SIGKILL")

    def remove(self) -> None:
        """See Container.remove."""
        with contextlib.suppress(docker.errors.NotFound):
            self._container.remove(force=True)

    def _signal(self, name: str) -> None:
        try:
            self._container.kill(signal=name)
        except docker.errors.APIError as error:
            # 404 and 409: it is gone or has already ended.
            if error.status_code not in (404, 409):
                raise

    def _read(self, on_lines: OnLines) -> None:
        for lines in batches_of_lines(self._chunks()):
            on_lines(lines)

    def _chunks(self) -> Iterator[bytes]:
        with contextlib.suppress(docker.errors.NotFound):
            yield from self._container.logs(stream=True, follow=True)

    def _end(self) -> int:
        try:
            code = int(self._container.wait(timeout=None)["StatusCode"])
            self._container.reload()
            self.out_of_memory = bool(self._container.attrs["State"].get("OOMKilled"))
        except docker.errors.NotFound:
            # Somebody removed it, which kills it.
            return 137
        return code


def _volumes(mounts: Sequence[Mount]) -> list[str]:
    return [f"{item.host}:{item.path}:{'ro' if item.read_only else 'rw'}" for item in mounts]


def _words(words: Any) -> list[str] | None:
    return list(words) if words is not None else None
