"""Who knows about a task's job: the activity that the task came from, and its backend."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from activity_dispatch.backends.base import Backend
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.tasks import TaskRecord

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Source:
    """A task's activity, None if nothing describes it, and its backend, None if there is no valid one."""

    activity: Activity | None
    backend: Backend | None


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Finds tasks' sources, each once in a pass.

    A task's activity is as it was when the task was started. `known` are the current descriptions, which
    the pass has read already; `find` looks for others, and may raise.
    """

    known: Mapping[str, Activity]
    find: Callable[[TaskRecord], Activity | None]
    backend_of: Callable[[Activity], Backend]
    _found: dict[tuple[str, str | None, int], Source] = field(default_factory=dict)

    def of(self, record: TaskRecord) -> Source:
        """Return a task's source. Never raises: a task that nobody knows has to be heartbeated too."""
        key = (record.activity_arn, record.description, record.attempt)
        if key not in self._found:
            # Two threads may both get here: the result is the same.
            self._found[key] = self._look_up(record)
        return self._found[key]

    def grouped(self, records: Iterable[TaskRecord]) -> Iterable[tuple[Source, list[TaskRecord]]]:
        """Return the records by their source."""
        groups: dict[int, tuple[Source, list[TaskRecord]]] = {}
        for record in records:
            source = self.of(record)
            groups.setdefault(id(source), (source, []))[1].append(record)
        return groups.values()

    def _look_up(self, record: TaskRecord) -> Source:
        arn = record.activity_arn
        try:
            current = self.known.get(arn) if record.description is None else None
            activity = current or self.find(record)
        except Exception as error:  # noqa: BLE001 (one activity's problem must not stop the others)
            LOG.error("%s: not read, its tasks only get heartbeats: %s", arn, error)
            return Source(activity=None, backend=None)
        if activity is None:
            LOG.error("%s: no activity of this stack, its open tasks only get heartbeats", arn)
            return Source(activity=None, backend=None)
        try:
            return Source(activity=activity, backend=self.backend_of(activity))
        except Exception as error:  # noqa: BLE001 (invalid configurations fail in many ways)
            LOG.error("%s: invalid backend, its open tasks only get heartbeats: %s", activity.name, error)
            return Source(activity=activity, backend=None)
