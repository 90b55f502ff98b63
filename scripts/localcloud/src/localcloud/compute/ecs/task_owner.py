"""A task as its containers' owner: their specs, their logs, and how DescribeTasks shows them."""

import logging
from typing import Any

from localcloud.compute import logs, secrets, volumes
from localcloud.compute.cloud import Document
from localcloud.compute.containers import ContainerSpec, OnLines
from localcloud.compute.ecs.definition import container_spec, execution_role, log_stream, task_role
from localcloud.compute.ecs.tasks import Task

LOG = logging.getLogger(__name__)


class TaskOwner:
    """See container_group.Owner."""

    def __init__(self, task: Task) -> None:
        """Own the containers of one task."""
        self._task = task

    @property
    def definitions(self) -> list[Document]:
        """Those of the task definition."""
        definitions: list[Document] = self._task.definition["containerDefinitions"]
        return definitions

    def spec(self, definition: Document) -> ContainerSpec:
        """Read the secrets and find the volumes."""
        place, role = self._task.place, execution_role(self._task)
        read = secrets.environment(place, definition.get("secrets"), role)
        there = self._task.definition.get("volumes")
        mounts = volumes.mounts(place, definition, there, task_role(self._task))
        return container_spec(self._task, definition, read, mounts)

    def open_log(self, definition: Document) -> OnLines:
        """Create the stream; the output of other drivers goes to this cloud's log."""
        stream = log_stream(self._task, definition)
        if stream is None:
            return lambda lines: LOG.debug("%s: %s", self._task.id, lines)
        return logs.open_stream(self._task.place, stream, execution_role(self._task))

    def change_container(self, name: str, **fields: Any) -> None:
        """Set them; the task's next `change` publishes them."""
        self._task.change_container(name, **fields)

    def change_health(self, status: str) -> None:
        """Set it; the task's next `change` publishes it."""
        self._task.change_fields(healthStatus=status)
