"""Waits until the jobs of an activity have ended: before Terraform destroys what they need."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.aws.errors import ErrorKind, classify
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.backend_names import current_name
from activity_dispatch.domain.tasks import TaskRecord, TaskState
from activity_dispatch.observe.log_keys import activity_name
from activity_dispatch.store.task_table import Overview, TaskTable

LOG = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
# The table's index may lag behind by a second, and a task that is taken is recorded a moment later.
SETTLING_SECONDS = 3.0
# A dispatcher may read a changed description a minute late, and begin then a poll of 70 s.
STALE_SECONDS = 140.0
# Of the invocation's time, what stays for the answer and for a slow look.
MARGIN_SECONDS = 20.0
DELETE = "delete"


class InvalidDrain(Exception):
    """The event asks for a drain, and is not what module `activity` sends; the message names the field."""


class StillOpen(Exception):
    """The time is over and tasks are open; the message says how many, and what to do."""


@dataclass(frozen=True, kw_only=True)
class DrainRequest:
    """What Terraform asks for when it creates, updates or deletes its resource; only a delete waits."""

    activities: frozenset[str]
    backend: str
    action: str

    @classmethod
    def from_event(cls, event: object) -> "DrainRequest | None":
        """Return the request in a function's event, None if it asks for no drain. Raises InvalidDrain."""
        if not isinstance(event, dict) or "drain" not in event:
            return None
        drain, action = event["drain"], _get(event.get("tf"), "action")
        activities, backend = _get(drain, "activities"), _get(drain, "backend")
        if not isinstance(activities, list) or not activities or not _are_texts(*activities):
            raise InvalidDrain(f"drain.activities: {activities!r}; it must be a list of activities' ids")
        if not _are_texts(backend, action):
            raise InvalidDrain(f"drain.backend, tf.action: {backend!r}, {action!r}; they must be texts")
        return cls(activities=frozenset(activities), backend=backend, action=action)


@dataclass(frozen=True, kw_only=True)
class Drain:
    """Waits for jobs of activities that are removed, or whose jobs run elsewhere from now on.

    A task that has the activity's current description runs where others will: it needs nothing of what goes.
    `meanwhile` is called between two looks, with the seconds left. `clock` gives seconds since 1970.
    """

    tasks: TaskTable
    meanwhile: Callable[[float], None] = lambda _: None
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def run(self, request: DrainRequest, seconds_left: Callable[[], float]) -> Mapping[str, int]:
        """Wait until no such task is open; return for how many seconds. At once unless it is a delete.

        Raises StillOpen when only the margin of `seconds_left` is left, and ClientError and BotoCoreError.
        """
        began = self.clock()
        if request.action != DELETE:
            return {"waited_seconds": 0}
        found = "no look at the task table succeeded"
        while True:
            overview, looked_at = self._look(), self.clock()
            if overview is not None:
                still_open = _open_tasks(request, overview)
                needed = STALE_SECONDS if _served(request, overview) else SETTLING_SECONDS
                waited = looked_at - began
                if not still_open and waited >= needed:
                    return {"waited_seconds": round(waited)}
                found = _say(still_open, request.backend)
                LOG.info("after %.0f s: %s", waited, found)
            if seconds_left() <= MARGIN_SECONDS + LOOK_SECONDS:
                raise StillOpen(f"{found}, after {self.clock() - began:.0f} s. {_ADVICE}")
            self.meanwhile(seconds_left() - MARGIN_SECONDS)
            self.sleep(LOOK_SECONDS if overview is None or still_open else SETTLING_SECONDS)

    def _look(self) -> Overview | None:
        try:
            return self.tasks.overview()
        except (ClientError, BotoCoreError) as error:
            if isinstance(error, ClientError) and classify(error) is ErrorKind.REFUSED:
                raise
            LOG.warning("the open tasks could not be read, will be retried: %s", error)
            return None


_ADVICE = (
    "Nothing is lost: they go on, and no new ones start there. Apply or destroy again once they have ended."
)


def _open_tasks(request: DrainRequest, overview: Overview) -> list[TaskRecord]:
    current = _served(request, overview)
    return [
        record
        for record in overview.tasks
        if record.activity_arn in request.activities
        # A callback's task that waits has no job. It is started with the description of that time, if any.
        and record.state is not TaskState.WAITING
        and current_name(record.backend) == current_name(request.backend)
        and not _runs_on(record, current.get(record.activity_arn))
    ]


def _runs_on(record: TaskRecord, activity: Activity | None) -> bool:
    """Return whether the task's job runs where the description says."""
    if activity is None:
        return False
    if record.description is None:
        # Of 0.1.0.
        return current_name(record.backend) == current_name(activity.backend)
    return record.description == activity.fingerprint


def _served(request: DrainRequest, overview: Overview) -> Mapping[str, Activity]:
    return {each.arn: each for each in overview.activities if each.arn in request.activities}


def _say(still_open: list[TaskRecord], backend: str) -> str:
    if not still_open:
        return f"no task is open on {backend}, but one may still be taken with an old description"
    counts = Counter(activity_name(record.activity_arn) for record in still_open)
    names = ", ".join(f"{name} has {counts[name]}" for name in sorted(counts))
    return f"tasks are open on {backend}: {names}"


def _get(document: Any, key: str) -> Any:
    return document.get(key) if isinstance(document, dict) else None


def _are_texts(*values: object) -> bool:
    return all(isinstance(value, str) and value for value in values)
