"""Shares: whose task it is, so that those who wait get free slots in turn (`share_key`)."""

import hashlib
import re
from typing import Any

from activity_dispatch.domain import strict_json

EXECUTION = "execution"
STATE_MACHINE = "state_machine"
_PATH = re.compile(r"\$(\.[A-Za-z_][A-Za-z0-9_-]{0,63}){1,8}")
# Waiting tasks lie in one bucket for each share, and shares beyond this number use some of them together:
# otherwise whoever writes inputs could have any number of turns.
BUCKETS = 1_024
_BUCKET = re.compile(r"[0-3][0-9a-f]{2}")
# The tasks that began to wait while the activity had no `share_key`: they are one share more.
UNSHARED = "none"
# The share of tasks whose input has no value there.
DEFAULT = ""


def checked_share_key(value: object) -> str | None:
    """Return a description's `share_key`, None without one. Raises ValueError."""
    if value is None or (
        isinstance(value, str) and (value in (EXECUTION, STATE_MACHINE) or _PATH.fullmatch(value))
    ):
        return value
    wanted = f"{EXECUTION}, {STATE_MACHINE} or a path into the input such as $.tenant"
    raise ValueError(f"share_key: {value!r:.200}; it must be {wanted}")


def share_of(share_key: str, task_input: str, execution_arn: str) -> str:
    """Return whose task this is; DEFAULT if its input or its execution does not say so.

    A value that is no text, number or truth value counts as none: fairness must not cost a task.
    """
    if share_key == EXECUTION:
        return execution_arn
    if share_key == STATE_MACHINE:
        # arn:PARTITION:states:REGION:ACCOUNT:execution:MACHINE:NAME
        return ":".join(execution_arn.split(":")[:7])
    try:
        value: Any = strict_json.read(task_input)
    except ValueError:
        return DEFAULT
    for name in share_key.split(".")[1:]:
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, bool):
        return str(value).lower()
    # Numbers are read as they are written.
    return value if isinstance(value, str) else DEFAULT


def bucket_of(share: str) -> str:
    """Return the bucket of a share: three hex digits."""
    digest = hashlib.sha256(share.encode(errors="surrogatepass")).digest()
    return f"{int.from_bytes(digest[:8]) % BUCKETS:03x}"


def is_bucket(value: object) -> bool:
    """Return whether this names a bucket, or the tasks without one."""
    return isinstance(value, str) and (value == UNSHARED or _BUCKET.fullmatch(value) is not None)
