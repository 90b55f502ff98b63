"""ECS tasks as DescribeTasks shows them, and the store that holds them."""

import copy
import datetime
import threading
from collections.abc import Callable, Iterable
from typing import Any

from localcloud.compute.cloud import Document, Place, now

# DescribeTasks forgets a stopped task after about an hour.
_STOPPED_TASKS_KEPT = datetime.timedelta(hours=1)
_STATE_CHANGE = "ECS Task State Change"
SPOT_CODE = "SpotInterruption"
SPOT_REASON = "Your Spot Task was interrupted."

type StopNotice = Callable[[], None]


class Task:
    """One task. Every change increments its version and is put on the event bus, in order."""

    def __init__(self, place: Place, document: Document, definition: Document) -> None:
        """`document` is the task, `definition` its task definition, in AWS's shapes."""
        self.place = place
        self.arn: str = document["taskArn"]
        self.id = self.arn.rpartition("/")[2]
        self.definition = definition
        self._document = document
        self._lock = threading.RLock()
        self._publishing = threading.Lock()
        self._on_stop: StopNotice | None = None
        self._interrupted = False

    def describe(self, *, tags: bool = False) -> Document:
        """Return the task as DescribeTasks does."""
        with self._lock:
            document = copy.deepcopy(self._document)
        if not tags:
            document["tags"] = []
        return document

    def announce(self) -> None:
        """Emit the state change event of a new task."""
        self._publish({}, step=0)

    def change(self, **fields: Any) -> None:
        """Set fields of the task and emit its state change event."""
        self._publish(fields, step=1)

    def _publish(self, fields: Document, *, step: int) -> None:
        with self._publishing:
            with self._lock:
                self._document.update(fields)
                self._document["version"] += step
                detail = copy.deepcopy(self._document)
            detail.pop("tags", None)
            detail["updatedAt"] = now()
            self.place.emit("aws.ecs", _STATE_CHANGE, [self.arn], detail)

    def change_fields(self, **fields: Any) -> None:
        """Set fields of the task; the next `change` publishes them."""
        with self._lock:
            self._document.update(fields)

    def change_container(self, name: str, **fields: Any) -> None:
        """Set fields of a container; the next `change` publishes them."""
        with self._lock:
            self._container(name).update(fields)

    def container(self, name: str) -> Document:
        """Return a container as DescribeTasks does."""
        with self._lock:
            return dict(self._container(name))

    def _container(self, name: str) -> Document:
        containers: list[Document] = self._document["containers"]
        return next(item for item in containers if item["name"] == name)

    @property
    def last_status(self) -> str:
        """The task's current status."""
        with self._lock:
            return str(self._document["lastStatus"])

    def on_stop(self, notice: StopNotice) -> None:
        """Call `notice` when a stop is requested; at once if one already was."""
        with self._lock:
            self._on_stop = notice
            stopping = self._document["desiredStatus"] == "STOPPED"
        if stopping:
            notice()

    def begin_stop(self, code: str, reason: str) -> bool:
        """Mark the task as stopping, with the reason; false if it already was."""
        with self._lock:
            if self._document["desiredStatus"] == "STOPPED":
                return False
            self._document.update(
                desiredStatus="STOPPED", stopCode=code, stoppedReason=reason, stoppingAt=now()
            )
            notice = self._on_stop
        if notice is not None:
            notice()
        return True

    def interrupt(self, notice_code: str) -> bool:
        """Interrupt it as Fargate Spot does; false if the task is already stopping."""
        begun = self.begin_stop(notice_code, SPOT_REASON)
        self._interrupted = self._interrupted or begun
        return begun

    def settle_stop_code(self) -> None:
        """Set an interrupted task's final stop code, which may differ from the notice's."""
        if self._interrupted:
            with self._lock:
                self._document["stopCode"] = SPOT_CODE

    @property
    def stopped_at(self) -> datetime.datetime | None:
        """When it stopped, if it has."""
        with self._lock:
            return self._document.get("stoppedAt")


class TaskStore:
    """Every task not yet forgotten, and the client tokens that started them."""

    def __init__(self, clock: Callable[[], datetime.datetime] = now) -> None:
        """`clock` gives the current time, for forgetting stopped tasks."""
        self._clock = clock
        self._tasks: dict[str, Task] = {}
        self._tokens: dict[tuple[Place, str], tuple[Document, list[Task]]] = {}
        self._lock = threading.Lock()

    def started_with(self, place: Place, token: str) -> tuple[Document, list[Task]] | None:
        """Return the request and the tasks of a client token."""
        with self._lock:
            return self._tokens.get((place, token))

    def add(
        self, place: Place, token: str | None, request: Document, tasks: list[Task]
    ) -> tuple[Document, list[Task]] | None:
        """Add new tasks; if their token is taken, add none and return the earlier request's."""
        with self._lock:
            if token is not None:
                if (earlier := self._tokens.get((place, token))) is not None:
                    return earlier
                self._tokens[place, token] = (request, tasks)
            self._tasks.update((task.arn, task) for task in tasks)
        return None

    def all(self) -> Iterable[Task]:
        """Return every task, oldest first, except those forgotten by now."""
        horizon = self._clock() - _STOPPED_TASKS_KEPT
        with self._lock:
            for task in list(self._tasks.values()):
                if (stopped := task.stopped_at) is not None and stopped < horizon:
                    del self._tasks[task.arn]
            return list(self._tasks.values())

    def find(self, cluster_arn: str, name: str) -> Task | None:
        """Find a task of a cluster by its ARN or id."""
        cluster = cluster_arn.partition(":cluster/")[2]
        region = cluster_arn.partition(":cluster/")[0]
        arn = name if name.startswith("arn:") else f"{region}:task/{cluster}/{name}"
        if arn.rpartition(":task/")[2].rpartition("/")[0] != cluster:
            return None
        return next((task for task in self.all() if task.arn == arn), None)


TASKS = TaskStore()
