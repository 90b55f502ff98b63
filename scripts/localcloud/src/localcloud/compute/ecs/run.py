"""One task from PROVISIONING to STOPPED."""

import logging
import queue
import threading
import time
from dataclasses import dataclass

from localcloud.compute import logs, runner
from localcloud.compute.capacity import Ticket
from localcloud.compute.cloud import Document, RoleError, now
from localcloud.compute.configuration import configuration
from localcloud.compute.containers import Container, ContainerStartError, OnLines
from localcloud.compute.ecs.definition import (
    container_spec,
    execution_role,
    log_stream,
    stop_timeout,
)
from localcloud.compute.ecs.tasks import Task
from localcloud.compute.run_events import OUT_OF_MEMORY, Ended, Granted, RunEvents, StopRequested

LOG = logging.getLogger(__name__)

ESSENTIAL_EXITED = ("EssentialContainerExited", "Essential container in task exited")


@dataclass
class _Running:
    container: Container
    essential: bool
    stop_timeout: float
    killed: bool = False


def start(task: Task) -> None:
    """Run the task in its own thread."""
    threading.Thread(target=_TaskRun(task).run, name=f"ecs-{task.id}", daemon=True).start()


class _TaskRun:
    """Runs a task's containers. Everything that happens to it arrives through one queue."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._events: RunEvents = queue.SimpleQueue()
        self._running: dict[str, _Running] = {}
        self._containers: list[Container] = []

    def run(self) -> None:
        """Run the task to its end, whatever happens."""
        ticket = None
        try:
            self._task.on_stop(lambda: self._events.put(StopRequested()))
            self._task.announce()
            self._task.change(lastStatus="PENDING")
            ticket = runner.machine().request(1, lambda: self._events.put(Granted()))
            self._run(ticket)
        except Exception:
            LOG.exception("task %s failed in the local cloud", self._task.arn)
            self._task.begin_stop("TaskFailedToStart", "the local cloud failed, see its log")
        finally:
            self._finish(ticket)

    def _run(self, ticket: Ticket) -> None:
        if not isinstance(self._events.get(), Granted):
            # Stopped while waiting: ECS never starts its containers.
            ticket.release()
            return
        try:
            self._start()
        except (ContainerStartError, RoleError, logs.LogStreamError) as error:
            reason = str(error)
            if isinstance(error, ContainerStartError) and not self._on_fargate():
                reason = "Task failed to start"
            self._task.begin_stop("TaskFailedToStart", reason)
            self._stop_containers()
            return
        moment = now()
        self._task.change(lastStatus="RUNNING", startedAt=moment, pullStoppedAt=moment)
        self._await_stop()
        self._stop_containers()

    def _start(self) -> None:
        self._task.change_times(pullStartedAt=now())
        for definition in self._task.definition["containerDefinitions"]:
            name = definition["name"]
            try:
                container = self._start_container(definition)
            except ContainerStartError as error:
                self._task.change_container(name, reason=str(error))
                raise
            self._containers.append(container)
            self._running[name] = _Running(
                container=container,
                essential=definition.get("essential", True),
                stop_timeout=stop_timeout(definition, configuration().stop_timeout_seconds),
            )
            self._task.change_container(name, lastStatus="RUNNING", runtimeId=container.id)

    def _start_container(self, definition: Document) -> Container:
        name = definition["name"]
        return runner.runner().start(
            container_spec(self._task, definition),
            on_lines=self._log_sink(definition),
            on_end=lambda: self._events.put(Ended(name)),
        )

    def _log_sink(self, definition: Document) -> OnLines:
        stream = log_stream(self._task, definition)
        if stream is None:
            return lambda lines: LOG.debug("%s: %s", self._task.id, lines)
        return logs.open_stream(self._task.place, stream, execution_role(self._task))

    def _await_stop(self) -> None:
        while True:
            match self._events.get():
                case StopRequested():
                    # Its last status is still RUNNING: this is what a Spot notice looks like.
                    self._task.change()
                    return
                case Ended(name):
                    essential = self._running[name].essential
                    self._record_end(name)
                    if essential or not self._running:
                        self._task.begin_stop(*ESSENTIAL_EXITED)
                        return
                    self._task.change()

    def _stop_containers(self) -> None:
        begun = time.monotonic()
        for running in self._running.values():
            running.container.terminate()
        while self._running:
            try:
                event = self._events.get(timeout=self._until_next_kill(begun))
            except queue.Empty:
                self._kill_overdue(time.monotonic() - begun)
                continue
            if isinstance(event, Ended):
                self._record_end(event.name)

    def _until_next_kill(self, begun: float) -> float | None:
        limits = [running.stop_timeout for running in self._running.values() if not running.killed]
        return max(0.0, begun + min(limits) - time.monotonic()) if limits else None

    def _kill_overdue(self, elapsed: float) -> None:
        for running in self._running.values():
            if not running.killed and elapsed >= running.stop_timeout:
                running.killed = True
                running.container.kill()

    def _record_end(self, name: str) -> None:
        container = self._running.pop(name).container
        self._task.change_container(name, lastStatus="STOPPED", exitCode=container.wait())
        if container.out_of_memory:
            self._task.change_container(name, reason=OUT_OF_MEMORY)

    def _finish(self, ticket: Ticket | None) -> None:
        for container in self._containers:
            runner.runner().remove(container)
        if ticket is not None:
            ticket.release()
        for definition in self._task.definition["containerDefinitions"]:
            self._task.change_container(definition["name"], lastStatus="STOPPED")
        self._task.settle_stop_code()
        self._task.change(lastStatus="DEPROVISIONING", executionStoppedAt=now())
        self._task.change(lastStatus="STOPPED", stoppedAt=now())

    def _on_fargate(self) -> bool:
        return str(self._task.describe()["launchType"]) == "FARGATE"
