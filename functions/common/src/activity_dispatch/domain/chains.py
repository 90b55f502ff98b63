"""A chain of backends: where a task's next attempt runs, and for which failures there is one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from activity_dispatch.domain.activity_settings import optional_int
from activity_dispatch.domain.attempts import MAX_LINKS
from activity_dispatch.domain.outcomes import ErrorName

# Its jobs can neither be stopped nor looked up: nobody could tell that one has ended.
_NO_LINK = "lambda"
# What no job has begun to work for.
_BEFORE_WORK = (
    ErrorName.DISPATCH_THROTTLED,
    ErrorName.DISPATCH_CAPACITY_UNAVAILABLE,
    ErrorName.DISPATCH_QUEUE_TIMEOUT,
)


@dataclass(frozen=True, kw_only=True)
class Link:
    """A further backend. A job waits there at most `max_queue_seconds`; None: without limit.

    With `after_interruption` it is also taken when the attempt before it was interrupted.
    """

    backend: str
    config: Mapping[str, Any]
    max_queue_seconds: int | None = None
    after_interruption: bool = False

    def is_taken_after(self, error: str) -> bool:
        """Return whether a task whose last attempt ended with this error has an attempt here."""
        return error in _BEFORE_WORK or (self.after_interruption and error == ErrorName.JOB_INTERRUPTED)


def links_of(document: Mapping[str, Any]) -> tuple[Link, ...]:
    """Return the further backends in a description. Raises ValueError, TypeError and KeyError."""
    found = document.get("fallbacks") or ()
    if not isinstance(found, list | tuple) or len(found) >= MAX_LINKS:
        raise ValueError(f"fallbacks: {found!r:.200}; it must be a list of up to {MAX_LINKS - 1} backends")
    links = tuple(_link(each) for each in found)
    if links and _NO_LINK in (document["backend"], *(link.backend for link in links)):
        raise ValueError(f"fallbacks: no chain may have {_NO_LINK}, whose jobs can't be stopped or looked up")
    return links


def _link(found: Any) -> Link:
    if not isinstance(found, Mapping):
        raise TypeError(f"fallbacks: {found!r:.200}; each must be an object")
    return Link(
        backend=str(found["backend"]),
        config=dict(found["config"]),
        max_queue_seconds=optional_int(found, "max_queue_seconds"),
        after_interruption=found.get("after_interruption") is True,
    )
