"""Keys on every log line during a piece of work: its task, activity and job.

They belong to the thread, or the context, that bound them, and end with the block: a pool's threads
carry nothing over to their next task. Powertools' own keys would: they last until they are removed.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import override

from activity_dispatch.domain.envelope import traceparent_of
from activity_dispatch.domain.tasks import Task, TaskRecord

_KEYS: ContextVar[Mapping[str, str]] = ContextVar("log_keys", default=MappingProxyType({}))


@contextmanager
def log_keys(**keys: str | None) -> Iterator[None]:
    """Add these keys to every line logged in the block, along with those of enclosing blocks.

    Keys that are None are left out. A thread started in the block has the keys only if it runs in a
    copy of the context (`contextvars.copy_context`).
    """
    known = {name: value for name, value in keys.items() if value is not None}
    token = _KEYS.set({**_KEYS.get(), **known})
    try:
        yield
    finally:
        _KEYS.reset(token)


def keys_of(task: Task | TaskRecord) -> Mapping[str, str | None]:
    """Return a task's log keys, never its token."""
    keys: dict[str, str | None] = {
        "task_id": task.task_id,
        "poll_id": task.poll_id,
        "activity": activity_name(task.activity_arn),
    }
    if trace := traceparent_of(task):
        keys |= {"execution": task.execution_arn, "trace_id": trace.split("-")[1]}
    if isinstance(task, TaskRecord):
        return {**keys, "backend": task.backend, "job_id": task.job_id}
    return keys


def activity_name(arn: str) -> str:
    """Return the name that ends an activity's ARN."""
    return arn.rsplit(":", 1)[-1]


class KeysOnRecords(logging.Filter):
    """Adds the keys to records; a key that a record already has, from `extra`, stays."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        for name, value in _KEYS.get().items():
            record.__dict__.setdefault(name, value)
        return True
