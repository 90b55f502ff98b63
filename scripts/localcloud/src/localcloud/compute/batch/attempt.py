"""An attempt as its containers' owner: their specs, their logs, and how DescribeJobs shows them."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from localcloud.compute import logs, secrets, volumes
from localcloud.compute.batch.jobs import Job
from localcloud.compute.batch.retry import AttemptEnd
from localcloud.compute.batch.specification import (
    DEFAULT_LOG_GROUP,
    container_spec,
    log_stream,
    parts_of,
)
from localcloud.compute.cloud import Document, RoleError
from localcloud.compute.containers import ContainerSpec, ContainerStartError, OnLines

# The message of each is the reason why the container did not start.
START_PROBLEMS = (
    ContainerStartError,
    RoleError,
    logs.LogStreamError,
    secrets.SecretError,
    volumes.VolumeError,
)


class Attempt:
    """See container_group.Owner."""

    def __init__(self, job: Job, number: int) -> None:
        """Own the containers of one attempt, which is an ECS task."""
        self._job = job
        self._number = number
        document = job.describe()
        self._parts = parts_of(document)
        task_id = uuid.uuid4().hex
        self._task_arn = job.place.arn("ecs", f"task/AWSBatch/{task_id}")
        self._streams = {
            item["name"]: log_stream(document, item, task_id) for item in self._parts.containers
        }

    def announce(self) -> None:
        """Show the containers as new."""
        self._job.run_as(self._task_arn)
        for name, stream in self._streams.items():
            new = {"logStreamName": stream.name, "exitCode": None, "reason": None}
            self._job.change_container(name, **new)

    @property
    def definitions(self) -> list[Document]:
        """Those of the job."""
        return self._parts.containers

    def spec(self, definition: Document) -> ContainerSpec:
        """Read the secrets and find the volumes."""
        with self._recording(definition["name"]):
            return container_spec(self._job, self._number, self._parts, definition)

    def open_log(self, definition: Document) -> OnLines:
        """Create the stream, and Batch's own group."""
        stream, place = self._streams[definition["name"]], self._job.place
        if stream.group == DEFAULT_LOG_GROUP:
            logs.make_group(place.client("logs"), stream.group)
        with self._recording(definition["name"]):
            return logs.open_stream(place, stream, self._parts.execution_role)

    @contextmanager
    def _recording(self, name: str) -> Iterator[None]:
        try:
            yield
        except START_PROBLEMS as error:
            self.change_container(name, reason=str(error))
            raise

    def change_container(self, name: str, **fields: Any) -> None:
        """Set them; the job's next event shows them."""
        self._job.change_container(name, **fields)

    def change_health(self, status: str) -> None:
        """Show nothing: Batch has no health checks."""

    def end(self, status_reason: str) -> AttemptEnd:
        """Return how it ended: as the first essential container did that failed or never ran."""
        essential = [
            item
            for item in parts_of(self._job.describe()).containers
            if item.get("essential", True)
        ]
        decisive = next((item for item in essential if item.get("exitCode") != 0), essential[0])
        return AttemptEnd(
            exit_code=decisive.get("exitCode"),
            reason=decisive.get("reason"),
            status_reason=status_reason,
        )

    def described(self) -> Document:
        """Return its containers as `attempts` of DescribeJobs shows them."""
        document = self._job.describe()
        shown = [
            {"name": item["name"], **_of_attempt(item)} for item in parts_of(document).containers
        ]
        if "ecsProperties" in document:
            return {"taskProperties": [{"taskArn": self._task_arn, "containers": shown}]}
        return {"container": {"taskArn": self._task_arn, **_of_attempt(document["container"])}}


def _of_attempt(container: Document) -> Document:
    names = ("logStreamName", "exitCode", "reason")
    return {**{n: container[n] for n in names if n in container}, "networkInterfaces": []}
