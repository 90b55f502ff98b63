"""Polls of activities: each has an id, which identifies it everywhere.

The id begins the worker name that Step Functions writes into the execution's history, holds the slot
reserved for the task, and finds the task in the task table.
"""

import re
import secrets

from activity_dispatch.domain.limits import MAX_WORKER_NAME_CHARACTERS
from activity_dispatch.domain.shares import UNSHARED

_POLL_ID = re.compile(r"[0-9a-f]{16}")


def parked(activity_arn: str, bucket: str = UNSHARED) -> str:
    """Return what stands for a poll's id while a task that came with its request waits for a slot.

    `bucket` is that of its share.
    """
    return f"waiting#{activity_arn}" if bucket == UNSHARED else f"waiting#{activity_arn}#{bucket}"


def new_poll_id(now: float) -> str:
    """Return a new id for a poll at `now`, in seconds since 1970."""
    return f"{int(now):08x}{secrets.token_hex(4)}"


def poll_time(poll_id: str) -> float:
    """Return when the poll began, in seconds since 1970."""
    return float(int(poll_id[:8], 16))


def worker_name(poll_id: str, poller: str) -> str:
    """Return the worker name for a poll: its id, then the poller, cut to 80 characters."""
    return f"{poll_id} {poller}"[:MAX_WORKER_NAME_CHARACTERS]


def poll_id_of(name: str) -> str | None:
    """Return the poll's id from a worker name, None if it is not one of ours."""
    poll_id = name.split(" ", 1)[0]
    return poll_id if _POLL_ID.fullmatch(poll_id) else None
