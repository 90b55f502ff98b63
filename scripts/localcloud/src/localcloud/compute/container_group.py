"""Containers of a task or job: started, recorded and stopped in the order of their dependencies."""

import queue
import time
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from localcloud.compute import dependencies, health, runner
from localcloud.compute.cloud import Document
from localcloud.compute.configuration import configuration
from localcloud.compute.containers import Container, ContainerSpec, ContainerStartError, OnLines
from localcloud.compute.dependencies import DependencyError, Progress
from localcloud.compute.run_events import OUT_OF_MEMORY, Ended, HealthChanged, RunEvents

# Of a container that ECS gives up: that of SIGTERM, though it never ran.
# https://github.com/aws/amazon-ecs-agent/pull/3218
_GIVEN_UP = 143


@dataclass
class _Running:
    container: Container
    stop_timeout: float
    told_at: float | None = None
    killed: bool = False


class Owner(Protocol):
    """The task or job that the containers belong to."""

    @property
    def definitions(self) -> list[Document]:
        """The definitions of the containers."""

    def spec(self, definition: Document) -> ContainerSpec:
        """Return what to start, with secrets and volumes: SecretError or VolumeError if not."""

    def open_log(self, definition: Document) -> OnLines:
        """Return what takes the container's output, or raise LogStreamError."""

    def change_container(self, name: str, **fields: Any) -> None:
        """Show fields of a container, named as ECS names them."""

    def change_health(self, status: str) -> None:
        """Show the health of the whole."""


class ContainerGroup:
    """The containers of one task or job. What happens to them arrives in `events`."""

    def __init__(self, owner: Owner, events: RunEvents) -> None:
        """None of them has been started."""
        self._owner = owner
        self._events = events
        self._definitions = owner.definitions
        self._timeouts = {
            item["name"]: dependencies.start_timeout(item) for item in self._definitions
        }
        self._progress = {item["name"]: Progress() for item in self._definitions}
        self._specs: dict[str, ContainerSpec] = {}
        self._waiting = list(self._definitions)
        self._running: dict[str, _Running] = {}
        self._started: list[Container] = []

    @property
    def all_started(self) -> bool:
        """Whether no container waits for another."""
        return not self._waiting

    @property
    def all_ended(self) -> bool:
        """Whether none runs or will run."""
        return not self._waiting and not self._running

    def prepare(self) -> None:
        """Read the secrets and find the volumes: SecretError or VolumeError before any starts."""
        for item in self._definitions:
            self._specs[item["name"]] = self._owner.spec(item)

    def start_ready(self) -> bool:
        """Start those whose dependencies are resolved; false if an essential one never can."""
        progressed = True
        while progressed:
            progressed = False
            for definition in list(self._waiting):
                try:
                    if not dependencies.may_start(definition, self._progress, self._timeouts):
                        continue
                except DependencyError as error:
                    self._give_up(definition["name"], error)
                    if definition.get("essential", True):
                        return False
                else:
                    self._start(definition)
                self._waiting.remove(definition)
                progressed = True
        return True

    def patience_seconds(self) -> float | None:
        """Return when the next container is to be given up; None if none waits."""
        if not self._waiting:
            return None
        overdue = [
            dependencies.overdue_at(self._progress[given["containerName"]], limit)
            for item in self._waiting
            for given in item["dependsOn"]
            if self._progress[given["containerName"]].exit_code is None
            for limit in [self._timeouts[given["containerName"]]]
        ]
        left = min(overdue, default=0.0) - time.monotonic()
        return None if left == float("inf") else max(0.0, left)

    def _give_up(self, name: str, error: DependencyError) -> None:
        self._progress[name].exit_code = _GIVEN_UP
        reason = f"CannotStartContainerError: {error}"
        self._owner.change_container(name, lastStatus="STOPPED", exitCode=_GIVEN_UP, reason=reason)

    def _start(self, definition: Document) -> None:
        name = definition["name"]
        try:
            container = runner.runner().start(
                self._specs[name],
                on_lines=self._owner.open_log(definition),
                on_end=lambda: self._events.put(Ended(name)),
            )
        except ContainerStartError as error:
            self._owner.change_container(name, reason=str(error))
            raise
        self._started.append(container)
        self._progress[name].started_at = time.monotonic()
        limit = float(definition.get("stopTimeout") or configuration().stop_timeout_seconds)
        self._running[name] = _Running(container, limit)
        self._owner.change_container(name, lastStatus="RUNNING", runtimeId=container.id)
        if check := health.health_check(definition):
            report = partial(HealthChanged, name)
            health.watch(container, check, lambda status: self._events.put(report(status)))

    def record_health(self, name: str, status: str) -> None:
        """Show a container's health, and that of the task: its essential containers decide."""
        self._progress[name].health = status
        self._owner.change_container(name, healthStatus=status)
        checked = [
            self._progress[item["name"]].health
            for item in self._definitions
            if item.get("essential", True) and health.health_check(item)
        ]
        whole = health.HEALTHY if checked else health.UNKNOWN
        for worse in (health.UNKNOWN, health.UNHEALTHY):
            whole = worse if worse in checked else whole
        self._owner.change_health(whole)

    def record_end(self, name: str) -> bool:
        """Show that a container has ended; return whether it was essential."""
        container = self._running.pop(name).container
        code = container.wait()
        self._progress[name].exit_code = code
        self._owner.change_container(name, lastStatus="STOPPED", exitCode=code)
        if container.out_of_memory:
            self._owner.change_container(name, reason=OUT_OF_MEMORY)
        return any(
            item["name"] == name and item.get("essential", True) for item in self._definitions
        )

    def kill(self) -> None:
        """Kill all without warning, as when their host is lost."""
        for running in self._running.values():
            running.told_at, running.killed = time.monotonic(), True
            running.container.kill()

    def stop(self) -> None:
        """Stop all, each after those that depend on it."""
        self._waiting.clear()
        while self._running:
            self._terminate_next()
            try:
                event = self._events.get(timeout=self._until_next_kill())
            except queue.Empty:
                self._kill_overdue()
                continue
            if isinstance(event, Ended):
                self.record_end(event.name)

    def _terminate_next(self) -> None:
        for name, running in self._running.items():
            before = dependencies.dependents(name, self._definitions) & self._running.keys()
            if running.told_at is None and not before:
                running.told_at = time.monotonic()
                running.container.terminate()

    def _until_next_kill(self) -> float | None:
        due = [
            running.told_at + running.stop_timeout
            for running in self._running.values()
            if running.told_at is not None and not running.killed
        ]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _kill_overdue(self) -> None:
        for running in self._running.values():
            told_at = running.told_at
            if told_at is None or running.killed:
                continue
            if time.monotonic() >= told_at + running.stop_timeout:
                running.killed = True
                running.container.kill()

    def remove(self) -> None:
        """Remove all, and show them as stopped."""
        for container in self._started:
            runner.runner().remove(container)
        for definition in self._definitions:
            self._owner.change_container(definition["name"], lastStatus="STOPPED")
