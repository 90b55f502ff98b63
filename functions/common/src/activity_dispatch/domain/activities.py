"""The activities that this stack serves: how the tasks of each are to be started."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class InvalidActivity(Exception):
    """The description of an activity in the task table is not one; the message names the field."""


class WakeUp(StrEnum):
    """Who says that a task of an activity is to be taken: docs/wake-up.md."""

    REQUESTS = "requests"  # its state machine does, by a message
    POLL = "poll"  # nobody has to: the poller polls all the time
    LOGS = "logs"  # the log of its state machine does
    CALLBACK = "callback"  # its state hands over the task itself: there is no activity


# In place of an activity's ARN: a callback target has none, only a name.
CALLBACK_PREFIX = "callback:"


@dataclass(frozen=True, kw_only=True)
class Activity:
    """An activity, or a callback target, and its one backend configuration, as Terraform wrote it.

    `config` is the backend's own; `allowed_overrides` names what a task's `job` object may set. No more
    than `max_concurrent_jobs` run at once, and none waits for longer than `max_queue_seconds` until
    it runs; None: no limit of ours. In mode `poll` there are `pollers` polls at a time. A new task is
    left to workers that poll the activity for `overflow_after_seconds`; None: there are none.
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

    @property
    def is_polled(self) -> bool:
        """Whether the poller takes its tasks, so that nobody else has to look for them."""
        return self.wake_up is WakeUp.POLL

    @property
    def is_callback(self) -> bool:
        """Whether its tasks come with their requests."""
        return self.wake_up is WakeUp.CALLBACK

    @classmethod
    def from_json(cls, text: str) -> "Activity":
        """Read the description that module `dispatcher` writes; InvalidActivity if it is not one."""
        try:
            document = json.loads(text)
            return cls(
                arn=str(document["arn"]),
                name=str(document["name"]),
                backend=str(document["backend"]),
                config=dict(document["config"]),
                heartbeat_seconds=int(document["heartbeat_seconds"]),
                timeout_seconds=int(document["timeout_seconds"]),
                allowed_overrides=tuple(document.get("allowed_overrides", ())),
                max_concurrent_jobs=_optional_int(document.get("max_concurrent_jobs")),
                max_queue_seconds=_optional_int(document.get("max_queue_seconds")),
                wake_up=WakeUp(document.get("wake_up", WakeUp.REQUESTS)),
                pollers=int(document.get("pollers", 1)),
                overflow_after_seconds=_optional_int(document.get("overflow_after_seconds")),
            )
        except KeyError as error:
            raise InvalidActivity(f"{error.args[0]}: missing in {text}") from error
        except (TypeError, ValueError) as error:
            raise InvalidActivity(f"{error} in {text}") from error


class _OfActivity(Protocol):
    @property
    def activity_arn(self) -> str: ...


def by_activity[T: _OfActivity](items: Iterable[T]) -> Mapping[str, list[T]]:
    """Return tasks, requests or whatever belongs to activities, grouped by the activities' ARNs."""
    groups: defaultdict[str, list[T]] = defaultdict(list)
    for item in items:
        groups[item.activity_arn].append(item)
    return groups


def _optional_int(value: Any) -> int | None:
    return None if value is None else int(value)
