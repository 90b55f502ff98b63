"""Keys that every log line bears while a piece of work lasts: which task, which activity, which job.

They belong to the thread, or the context, that bound them, and end with the block: threads of a pool
carry nothing over to their next task. Powertools' own keys would: they end when they are removed.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import override

from activity_dispatch.domain.tasks import Task, TaskRecord

_KEYS: ContextVar[Mapping[str, str]] = ContextVar("log_keys", default=MappingProxyType({}))


@contextmanager
def log_keys(**keys: str | None) -> Iterator[None]:
    """Put these keys on every line that is logged in the block, beside those bound around it.

    One that is None is left out. A thread that the block starts has them only if it runs in a copy
    of the context (`contextvars.copy_context`).
    """
    known = {name: value for name, value in keys.items() if value is not None}
    token = _KEYS.set({**_KEYS.get(), **known})
    try:
        yield
    finally:
        _KEYS.reset(token)


def keys_of(task: Task | TaskRecord) -> Mapping[str, str | None]:
    """Return what is known of a task, as keys; the token is none of them."""
    keys = {"task_id": task.task_id, "poll_id": task.poll_id, "activity": activity_name(task.activity_arn)}
    if isinstance(task, TaskRecord):
        return {**keys, "backend": task.backend, "job_id": task.job_id}
    return keys


def activity_name(arn: str) -> str:
    """Return the name that ends an activity's ARN."""
    return arn.rsplit(":", 1)[-1]


class KeysOnRecords(logging.Filter):
    """Puts the keys on records; one that a record has of itself, from `extra`, stays."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        for name, value in _KEYS.get().items():
            record.__dict__.setdefault(name, value)
        return True
