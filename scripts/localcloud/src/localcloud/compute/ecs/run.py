"""One task from PROVISIONING to STOPPED."""

import logging
import queue
import threading

from localcloud.compute import logs, runner, secrets, volumes
from localcloud.compute.capacity import Ticket
from localcloud.compute.cloud import RoleError, now
from localcloud.compute.container_group import ContainerGroup
from localcloud.compute.containers import ContainerStartError
from localcloud.compute.ecs.start_delay import START_DELAY
from localcloud.compute.ecs.task_owner import TaskOwner
from localcloud.compute.ecs.tasks import Task
from localcloud.compute.run_events import Ended, Granted, HealthChanged, RunEvents, StopRequested

LOG = logging.getLogger(__name__)

ESSENTIAL_EXITED = ("EssentialContainerExited", "Essential container in task exited")
# The message of each is the reason why the task failed to start.
_START_PROBLEMS = (
    ContainerStartError,
    RoleError,
    logs.LogStreamError,
    secrets.SecretError,
    volumes.VolumeError,
)


def start(task: Task) -> None:
    """Run the task in its own thread."""
    threading.Thread(target=_TaskRun(task).run, name=f"ecs-{task.id}", daemon=True).start()


class _TaskRun:
    """Runs a task. Everything that happens to it arrives through one queue."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._events: RunEvents = queue.SimpleQueue()
        self._containers = ContainerGroup(TaskOwner(task), self._events)

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
        self._task.change_fields(pullStartedAt=now())
        if not self._waits(START_DELAY.seconds):
            return
        try:
            self._containers.prepare()
            self._live()
        except _START_PROBLEMS as error:
            reason = str(error)
            if isinstance(error, ContainerStartError) and not self._on_fargate():
                reason = "Task failed to start"
            self._task.begin_stop("TaskFailedToStart", reason)
        self._containers.stop()

    def _waits(self, seconds: float) -> bool:
        """Wait for the start delay; return False if the task is stopped before it is over."""
        try:
            # Nothing else can happen to a task without containers.
            self._events.get(timeout=seconds)
        except queue.Empty:
            return True
        return False

    def _live(self) -> None:
        """Start the containers, each when its dependencies allow it, until the task is to stop."""
        running = False
        while self._containers.start_ready():
            if self._containers.all_started and not running:
                running = True
                moment = now()
                self._task.change(lastStatus="RUNNING", startedAt=moment, pullStoppedAt=moment)
            if not self._goes_on():
                return
        self._task.begin_stop(*ESSENTIAL_EXITED)

    def _goes_on(self) -> bool:
        """Take the next event; return whether the task goes on after it."""
        try:
            event = self._events.get(timeout=self._containers.patience_seconds())
        except queue.Empty:
            return True
        match event:
            case StopRequested():
                # Its last status is still RUNNING: this is what a Spot notice looks like.
                self._task.change()
                return False
            case HealthChanged(name, status):
                self._containers.record_health(name, status)
            case Ended(name):
                essential = self._containers.record_end(name)
                if essential or self._containers.all_ended:
                    self._task.begin_stop(*ESSENTIAL_EXITED)
                    return False
                self._task.change()
        return True

    def _finish(self, ticket: Ticket | None) -> None:
        self._containers.remove()
        if ticket is not None:
            ticket.release()
        self._task.settle_stop_code()
        self._task.change(lastStatus="DEPROVISIONING", executionStoppedAt=now())
        self._task.change(lastStatus="STOPPED", stoppedAt=now())

    def _on_fargate(self) -> bool:
        return str(self._task.describe()["launchType"]) == "FARGATE"
