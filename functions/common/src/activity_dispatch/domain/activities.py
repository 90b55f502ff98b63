"""The activities that this stack serves, and how it starts their tasks."""

import functools
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any, Protocol

from activity_dispatch.domain.activity_settings import (
    flag,
    job_tags,
    optional_int,
    optional_name,
    optional_rate,
    optional_text,
    strings,
)
from activity_dispatch.domain.chains import Link, links_of
from activity_dispatch.domain.job_tags import JobTags
from activity_dispatch.domain.shares import checked_share_key


class InvalidActivity(Exception):
    """An activity's description in the task table is invalid; the message names the field."""


class WakeUp(StrEnum):
    """What announces that an activity has a task to take: docs/wake-up.md."""

    REQUESTS = "requests"  # a message from its state machine
    POLL = "poll"  # nothing: the poller polls all the time
    LOGS = "logs"  # its state machine's log
    CALLBACK = "callback"  # its state sends the task itself: there is no activity


# A callback target has a name but no ARN: this prefix and its name replace the ARN.
CALLBACK_PREFIX = "callback:"
# A description has these only when they are set.
_WHEN_SET = (
    "fallbacks",
    "envelope",
    "job_tags",
    "linger_seconds",
    "max_starts_per_second",
    "pool",
    "weight",
    "share_key",
    "batch_priority",
    "event_bus_arn",
)


@dataclass(frozen=True, kw_only=True)
class Activity:
    """An activity, or a callback target, and its backend configuration, as Terraform wrote it.

    `config` belongs to the backend; `allowed_overrides` names what a task's `job` object may set. At
    most `max_concurrent_jobs` run at once, and a job waits at most `max_queue_seconds` before it runs;
    None: the stack sets no limit. With wake-up `poll`, `pollers` polls run at a time. For its first
    `overflow_after_seconds`, a new task is left to the user's workers that poll the activity; None:
    there are no such workers. `fallbacks` are the backends of a task's further attempts. With `envelope` its
    states say which execution a task is of; `job_tags` says what tags jobs get besides those that every job
    has. With `linger_seconds`, a worker that has settled its task asks for the next one; None: each task has
    a job of its own. At most `max_starts_per_second` jobs start. A job holds `weight` slots of the `pool`, if
    there is one, which other activities may share. `share_key` says whose a task is: free slots go to those
    who wait in turn, and Batch is told it, with the `batch_priority`; see docs/running.md. `event_bus_arn` is
    told about its tasks; None: nobody is.
    """

    arn: str
    name: str
    backend: str
    config: Mapping[str, Any]
    heartbeat_seconds: int
    timeout_seconds: int
    allowed_overrides: tuple[str, ...] = ()
    max_concurrent_jobs: int | None = None
    max_queue_seconds: int | None = None
    wake_up: WakeUp = WakeUp.REQUESTS
    pollers: int = 1
    overflow_after_seconds: int | None = None
    fallbacks: tuple[Link, ...] = ()
    envelope: bool = False
    job_tags: JobTags | None = None
    linger_seconds: int | None = None
    max_starts_per_second: float | None = None
    pool: str | None = None
    weight: int = 1
    share_key: str | None = None
    batch_priority: int | None = None
    event_bus_arn: str | None = None

    @property
    def is_polled(self) -> bool:
        """Whether the poller takes its tasks, so that nothing else has to poll for them."""
        return self.wake_up is WakeUp.POLL

    @property
    def is_callback(self) -> bool:
        """Whether its tasks arrive with their requests."""
        return self.wake_up is WakeUp.CALLBACK

    def link(self, number: int) -> "Activity":
        """Return the activity as its `number`-th attempt sees it, on the backend of that link.

        A number beyond the chain gives the last link. The result still has all links.
        """
        if number == 1 or not self.fallbacks:
            return self
        link = self.fallbacks[min(number - 1, len(self.fallbacks)) - 1]
        return replace(
            self, backend=link.backend, config=link.config, max_queue_seconds=link.max_queue_seconds
        )

    def next_link(self, number: int) -> Link | None:
        """Return the link behind the `number`-th, None if that is the last."""
        return self.fallbacks[number - 1] if number <= len(self.fallbacks) else None

    @functools.cached_property
    def fingerprint(self) -> str:
        """The id of this description: 32 hex digits of its SHA-256. Any change makes another one."""
        return fingerprint_of(self.to_json())

    def to_json(self) -> str:
        """Return the description as JSON; the same text for the same description."""
        # A setting that is off leaves the text, and so the fingerprint, as it was before there was one.
        off = {field.name: field.default for field in fields(self) if field.name in _WHEN_SET}
        given = {name: value for name, value in asdict(self).items() if name not in off or value != off[name]}
        return json.dumps(given, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Activity":
        """Parse a description that module `activity` wrote, or `to_json`. Raises InvalidActivity."""
        try:
            document = json.loads(text)
            return cls(
                arn=str(document["arn"]),
                name=str(document["name"]),
                backend=str(document["backend"]),
                config=dict(document["config"]),
                heartbeat_seconds=int(document["heartbeat_seconds"]),
                timeout_seconds=int(document["timeout_seconds"]),
                allowed_overrides=strings(document, "allowed_overrides"),
                max_concurrent_jobs=optional_int(document, "max_concurrent_jobs"),
                max_queue_seconds=optional_int(document, "max_queue_seconds"),
                wake_up=WakeUp(document.get("wake_up", WakeUp.REQUESTS)),
                pollers=int(document.get("pollers", 1)),
                overflow_after_seconds=optional_int(document, "overflow_after_seconds"),
                **_running(document),
            )
        except KeyError as error:
            raise InvalidActivity(f"{error.args[0]}: missing in {text}") from error
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            raise InvalidActivity(f"{error} in {text:.2000}") from error


def _running(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return where and when jobs run, and who is told."""
    return {
        "fallbacks": links_of(document),
        "envelope": flag(document, "envelope"),
        "job_tags": job_tags(document, "job_tags"),
        "linger_seconds": optional_int(document, "linger_seconds"),
        "max_starts_per_second": optional_rate(document, "max_starts_per_second"),
        "pool": optional_name(document, "pool"),
        "weight": max(1, optional_int(document, "weight") or 1),
        "share_key": checked_share_key(document.get("share_key")),
        "batch_priority": optional_int(document, "batch_priority"),
        "event_bus_arn": optional_text(document, "event_bus_arn"),
    }


def fingerprint_of(text: str) -> str:
    """Return the id of a description, from its text."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class _OfActivity(Protocol):
    @property
    def activity_arn(self) -> str: ...


def by_activity[T: _OfActivity](items: Iterable[T]) -> Mapping[str, list[T]]:
    """Return tasks, requests or anything else with an `activity_arn`, grouped by that ARN."""
    groups: defaultdict[str, list[T]] = defaultdict(list)
    for item in items:
        groups[item.activity_arn].append(item)
    return groups
