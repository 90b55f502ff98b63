"""Dispatch requests: the messages in the dispatch queue.

Each says that one task of an activity is scheduled, or is about to be.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from activity_dispatch.domain import strict_json
from activity_dispatch.domain.activities import CALLBACK_PREFIX
from activity_dispatch.domain.activity_settings import is_name
from activity_dispatch.domain.limits import MAX_EXECUTION_ARN_BYTES, MAX_TOKEN_CHARACTERS
from activity_dispatch.domain.polls import poll_id_of
from activity_dispatch.domain.pools import PoolRoom
from activity_dispatch.domain.shares import is_bucket
from activity_dispatch.domain.tasks import is_task_id

# As Terraform names callback targets, and Step Functions its activities: no other text becomes a key.
_CALLBACK = re.compile(r"[A-Za-z0-9_-]{1,80}")
_ACTIVITY_ARN = re.compile(r"arn:[^:#\s]{1,20}:states:[^:#\s]{1,40}:[^:#\s]{1,20}:activity:[^:#\s]{1,80}")
_EXECUTION_ARN = re.compile(
    r"arn:[^:\s]{1,20}:states:[^:\s]{1,40}:[^:\s]{1,20}:(execution|express):.+", re.DOTALL
)


class InvalidRequest(Exception):
    """A dispatch request is malformed; the message names the field."""


@dataclass(frozen=True, kw_only=True)
class HandedOver:
    """A task that came with its request: its token, its input as JSON text, and its execution."""

    token: str = field(repr=False)
    input: str = field(repr=False)
    execution_arn: str


@dataclass(frozen=True, kw_only=True)
class DispatchRequest:
    """One task of this activity, or callback target, is scheduled, or is about to be.

    A `missed` task is one that had no request, or whose request was lost: where there is one, there may
    be more. `requested_by` is the execution that sent the request, at `requested_at`, in seconds since
    1970: a poll may return a task of another execution, which sent its request at about the same time. A
    callback's state sends its `task` along; without it, the request is for a task that waits in the
    task table, in this `bucket` if there is one. One with a `task_id` is for the next attempt of that task,
    which is recorded in the table. `freed` is no request for a task: a job has ended that held this of a
    pool.
    """

    activity_arn: str
    missed: bool = False
    requested_by: str | None = None
    requested_at: float | None = None
    task: HandedOver | None = None
    task_id: str | None = None
    freed: PoolRoom | None = None
    bucket: str | None = None

    @property
    def may_find_none(self) -> bool:
        """Whether nobody said that there is a task: a redriven execution did."""
        return self.missed and self.requested_by is None

    @classmethod
    def from_json(cls, body: str) -> "DispatchRequest":
        """Parse the body of a message in the dispatch queue. Raises InvalidRequest."""
        try:
            # The numbers of an input may be longer than Python reads.
            document = strict_json.read(body, number=strict_json.number_of)
        except ValueError as error:
            raise InvalidRequest(f"request: not JSON: {type(error).__name__}") from error
        if not isinstance(document, dict):
            raise InvalidRequest(f"request: {type(document).__name__}; it must be an object")
        task = _handed_over(document, body) if "task_token" in document else None
        execution, bucket = document.get("execution_arn"), document.get("share")
        return cls(
            activity_arn=_arn(document) if task is None else _callback(document),
            task=task,
            task_id=None if task is not None else _task_id(document),
            missed=document.get("missed") is True,
            requested_by=execution if isinstance(execution, str) else None,
            requested_at=seconds_of(document.get("state_entered_at")),
            freed=_freed(document["freed"]) if "freed" in document else None,
            bucket=str(bucket) if is_bucket(bucket) else None,
        )

    def to_json(self) -> str:
        """Return the body of a message, without its task: that is in the task table."""
        missed = {"missed": True} if self.missed else {}
        origin = {} if self.requested_by is None else {"execution_arn": self.requested_by}
        share = {} if self.bucket is None else {"share": self.bucket}
        if self.requested_at is not None:
            origin["state_entered_at"] = datetime.fromtimestamp(self.requested_at, UTC).isoformat()
        named = {} if self.task_id is None else {"task_id": self.task_id}
        freed = (
            {} if self.freed is None else {"freed": {"pool": self.freed.pool, "holder": self.freed.holder}}
        )
        return json.dumps({"activity_arn": self.activity_arn, **named, **missed, **origin, **share, **freed})


def seconds_of(time: object) -> float | None:
    """Return a Step Functions timestamp in seconds since 1970; None if it is invalid."""
    # Only a metric uses it: an unreadable time must not cost a task.
    if not isinstance(time, str):
        return None
    try:
        # Logs have milliseconds since 1970; everything else has RFC 3339.
        at = int(time) / 1000 if time.isdecimal() else datetime.fromisoformat(time).timestamp()
        return datetime.fromtimestamp(at, UTC).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _arn(document: Mapping[str, Any]) -> str:
    arn = document.get("activity_arn")
    if isinstance(arn, str) and (_ACTIVITY_ARN.fullmatch(arn) or _is_callback(arn)):
        return arn
    raise InvalidRequest(f"activity_arn: {arn!r:.300}; it must be an activity's ARN")


def _task_id(document: Mapping[str, Any]) -> str | None:
    task_id = document.get("task_id")
    if task_id is None or is_task_id(task_id):
        return task_id
    raise InvalidRequest(f"task_id: {type(task_id).__name__}; it must be a task's id, 32 hexadecimal digits")


def _is_callback(arn: str) -> bool:
    name = arn.removeprefix(CALLBACK_PREFIX)
    return name != arn and _CALLBACK.fullmatch(name) is not None


def _freed(value: object) -> PoolRoom:
    if isinstance(value, Mapping):
        pool, holder = value.get("pool"), value.get("holder")
        if is_name(pool) and isinstance(holder, str) and poll_id_of(holder) == holder:
            return PoolRoom(pool=pool, holder=holder)
    raise InvalidRequest(f"freed: {type(value).__name__}; it must have a pool and a poll of it")


def _callback(document: Mapping[str, Any]) -> str:
    name = document.get("callback")
    if not isinstance(name, str) or not _CALLBACK.fullmatch(name):
        raise InvalidRequest(f"callback: {type(name).__name__}; it must be the name of a callback target")
    return CALLBACK_PREFIX + name


def _handed_over(document: Mapping[str, Any], body: str) -> HandedOver:
    # The message omits the values: one may be a misplaced token.
    values = {key: document.get(key) for key in ("task_token", "execution_arn")}
    for key, value in values.items():
        if not isinstance(value, str) or not value:
            raise InvalidRequest(f"{key}: {type(value).__name__}; it must be a non-empty string")
    token, execution = str(values["task_token"]), str(values["execution_arn"])
    if len(token) > MAX_TOKEN_CHARACTERS or not (token.isascii() and token.isprintable()):
        raise InvalidRequest(f"task_token: {len(token)} characters; it must be a task's token")
    if not is_execution(execution):
        raise InvalidRequest(f"execution_arn: {len(execution)} characters; it must be an execution's ARN")
    return HandedOver(
        token=token,
        input=_input(document, body),
        execution_arn=execution,
    )


def _input(document: Mapping[str, Any], body: str) -> str:
    """Return the input as JSON text: states in JSONPath send that, states in JSONata the value itself.

    In two fields, so that neither a text is taken for a value, nor a value that is a text for JSON. The
    value is cut out of the message: reading and writing it again would round its numbers.
    """
    text, value = document.get("input"), strict_json.member_text(body, "input_value")
    if value is not None and "input" in document:
        raise InvalidRequest("input_value: beside input; only one of them may be there")
    given = text if value is None else value
    if not isinstance(given, str) or not given:
        wanted = "a non-empty string of JSON, or input_value any value"
        raise InvalidRequest(f"input: {type(given).__name__}; it must be {wanted}")
    # An input may hold a lone surrogate, which UTF-8 can't encode: write it as a JSON escape.
    return given.encode(errors="backslashreplace").decode()


def is_execution(arn: str) -> bool:
    """Return whether the text is an execution's ARN, and can be a key of the task table."""
    try:
        # A key of an index in DynamoDB: in UTF-8, so without lone surrogates.
        size = len(arn.encode())
    except UnicodeEncodeError:
        return False
    return size <= MAX_EXECUTION_ARN_BYTES and _EXECUTION_ARN.fullmatch(arn) is not None
