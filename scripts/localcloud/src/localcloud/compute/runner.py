"""This cloud's runner, and all the containers it started."""

import logging
import threading
from functools import cache

import docker.errors

from localcloud.compute import docker_engine
from localcloud.compute.capacity import Capacity
from localcloud.compute.configuration import Configuration, configuration
from localcloud.compute.containers import Container, ContainerSpec, OnEnd, OnLines, Runner
from localcloud.compute.local_process import ProcessRunner

LOG = logging.getLogger(__name__)


class TrackingRunner:
    """A runner that tracks which of its containers have not been removed yet."""

    def __init__(self, runner: Runner) -> None:
        """Track what `runner` starts."""
        self.kind = type(runner).__name__
        self._runner = runner
        self._containers: dict[str, Container] = {}
        self._lock = threading.Lock()
        self._closed = False

    def start(self, spec: ContainerSpec, *, on_lines: OnLines, on_end: OnEnd) -> Container:
        """See Runner.start."""
        container = self._runner.start(spec, on_lines=on_lines, on_end=on_end)
        with self._lock:
            self._containers[container.id] = container
            closed = self._closed
        if closed:
            container.kill()
        return container

    def remove(self, container: Container) -> None:
        """Remove a container of this runner."""
        container.remove()
        with self._lock:
            self._containers.pop(container.id, None)

    def running(self) -> list[Container]:
        """Return the containers that have not ended."""
        with self._lock:
            known = list(self._containers.values())
        return [container for container in known if container.wait(0) is None]

    def close(self) -> None:
        """Kill and remove all remaining containers."""
        with self._lock:
            self._closed = True
            left = list(self._containers.values())
        for container in left:
            container.kill()
        for container in left:
            self.remove(container)


def make(settings: Configuration) -> Runner:
    """Return Docker if LOCALCLOUD_RUNNER requires it or a daemon answers, else processes."""
    if settings.runner != "process":
        try:
            client = docker_engine.connect()
            return docker_engine.DockerRunner(
                client, cloud_id=settings.cloud_id, network=settings.docker_network
            )
        except docker.errors.DockerException as error:
            if settings.runner == "docker":
                raise
            LOG.info("containers run as processes because no Docker daemon answers: %s", error)
    return ProcessRunner(cloud_id=settings.cloud_id, image_mapping=settings.images)


@cache
def runner() -> TrackingRunner:
    """Return the runner of this process."""
    return TrackingRunner(make(configuration()))


@cache
def machine() -> Capacity:
    """Return the capacity for tasks and attempts on this machine."""
    limit = configuration().max_containers
    return Capacity(lambda: limit)


def close() -> None:
    """Remove all containers, if this process used any."""
    if runner.cache_info().currsize:
        runner().close()
