"""A task: one (token, input) taken from an activity, and its record in the task table."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeGuard

from activity_dispatch.domain.attempts import Attempt, attempt_id
from activity_dispatch.domain.polls import parked
from activity_dispatch.domain.shares import UNSHARED, bucket_of, is_bucket
from activity_dispatch.domain.slot_release import SlotRelease, release_of

_TASK_ID = re.compile("[0-9a-f]{32}")


def task_id_of(token: str) -> str:
    """Return the task's id: the first 32 hex digits of the token's SHA-256.

    The token is a credential; the id may appear in logs, names and environments.
    """
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def is_task_id(value: object) -> TypeGuard[str]:
    """Return whether the value is a task's id: 32 lowercase hex digits."""
    return isinstance(value, str) and _TASK_ID.fullmatch(value) is not None


class TaskState(StrEnum):
    """A task's state; the task table records when it entered each.

    Only callbacks' tasks are ever `waiting`: activities' tasks wait in Step Functions.
    """

    WAITING = "waiting"
    STARTING = "starting"
    STARTED = "started"
    SETTLED = "settled"


class OutcomeName(StrEnum):
    """How a settled task ended; `cancelled` means that nobody waited for it any more."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


# The key of the tasks whose execution is unknown, among those whose execution is known.
BARE = "unknown"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What a task's envelope says, besides its execution: see `activity_dispatch.domain.envelope`.

    `attempt` is 0 the first time; `entered_at` is Step Functions' timestamp; `trace` is a traceparent.
    """

    state_name: str
    attempt: int
    entered_at: str
    trace: str | None = None


class InvalidInput(Exception):
    """The activity does not allow this input; the message names the field and what is allowed."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task to start.

    `token` has 1 to 2,048 characters; `input` is JSON text of up to 1 MiB; `overrides` are the job
    parameters that the input sets; `heartbeat_seconds` is the state's HeartbeatSeconds; `poll_id` names
    the poll that took the task, `holds_slot` says whether that poll reserved a slot, and `pool` in which
    pool it holds some.
    `execution_arn` and `origin` are known from the task's envelope, for callbacks the first only. `is_bare`:
    there was none although the activity has them on. `description` is the fingerprint of the activity's
    description that the task is started with. `tags` are the job's. `attempt` counts the attempts of a chain
    of backends, of which `attempts` have ended; `falls_back` says that there is another one if this can't
    start, and `falls_back_after_interruption` that there is one if its job is interrupted. `share` says whose
    task it is; None: its activity has no `share_key`. `priority` is its activity's `batch_priority`.
    `is_announced`: the activity has an event bus.
    """

    activity_arn: str
    token: str = field(repr=False)
    input: str = field(repr=False)
    heartbeat_seconds: int
    poll_id: str = ""
    holds_slot: bool = False
    pool: str | None = None
    execution_arn: str = ""
    origin: Origin | None = None
    is_bare: bool = False
    description: str | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    attempt: int = 1
    attempts: tuple[Attempt, ...] = ()
    falls_back: bool = False
    falls_back_after_interruption: bool = False
    share: str | None = None
    priority: int | None = None
    is_announced: bool = False

    @property
    def bucket(self) -> str:
        """The bucket in which the task waits for a slot."""
        return UNSHARED if self.share is None else bucket_of(self.share)

    @property
    def task_id(self) -> str:
        """The id, derived from the token."""
        return task_id_of(self.token)

    @property
    def start_id(self) -> str:
        """The id of this attempt, after which its job is called."""
        return attempt_id(self.task_id, self.attempt)

    @property
    def slot_release(self) -> SlotRelease:
        """What to free once the task's job has ended, or will never run."""
        return release_of(self)


@dataclass(frozen=True, kw_only=True)
class TaskRecord:
    """A task as the task table holds it; times are seconds since 1970.

    `restarts` says how often the reconciler has started it again; only `TaskTable.get` returns it, and
    `execution_arn` and `origin`. Settling removes `token` and `input`. Closing, when the job of a settled
    task is known to have ended, removes `poll_id`. `description` is the fingerprint of the description
    that the task was started with; releases up to 0.1.0 recorded none. `attempt` counts the attempts of a
    chain of backends; `attempts` are those that have ended, and `is_begun` says whether somebody has the
    start of this one: only `TaskTable.get` returns them.

    A warm worker (docs/running.md) takes further tasks in one job. `job_of` is the task that the job was
    started for, None if it is this one; such a task is at its job's link of the chain. The first task's
    record has `runs`, the last task that the worker took; until `claimed_until` its job may run on although
    the task is settled.
    """

    task_id: str
    activity_arn: str
    backend: str
    state: TaskState
    heartbeat_seconds: int
    starting_at: float = 0.0
    restarts: int = 0
    poll_id: str | None = None
    holds_slot: bool = False
    pool: str | None = None
    token: str | None = field(default=None, repr=False)
    input: str | None = field(default=None, repr=False)
    execution_arn: str | None = None
    origin: Origin | None = None
    description: str | None = None
    job_id: str | None = None
    started_at: float | None = None
    claimed_by: str | None = None
    claimed_at: float | None = None
    claimed_until: float | None = None
    progress: str | None = None
    outcome: OutcomeName | None = None
    error: str | None = None
    settled_at: float | None = None
    job_of: str | None = None
    runs: str | None = None
    attempt: int = 1
    attempts: tuple[Attempt, ...] = ()
    is_begun: bool = False

    @property
    def start_id(self) -> str:
        """The id of this attempt, after which its job is called."""
        return attempt_id(self.task_id, self.attempt)

    @property
    def slot_release(self) -> SlotRelease:
        """What to free once the task's job has ended."""
        if self.has_ended:
            return SlotRelease(activity_arn=self.activity_arn, slot=None)
        return release_of(self)

    @property
    def has_ended(self) -> bool:
        """Whether its function has ended and freed what it held, and left closing to the stack."""
        return self.settled_at is not None and self.claimed_until == self.settled_at

    @property
    def is_parked(self) -> bool:
        """Whether the task came with its request and was never started."""
        poll, waiting = self.poll_id or "", parked(self.activity_arn)
        return poll == waiting or poll.startswith(f"{waiting}#")

    @property
    def bucket(self) -> str:
        """The bucket in which a parked task waits for a slot."""
        bucket = (self.poll_id or "").removeprefix(parked(self.activity_arn)).removeprefix("#")
        return bucket if self.is_parked and is_bucket(bucket) else UNSHARED

    @property
    def is_closed(self) -> bool:
        """Whether the task is settled and its job is known to have ended."""
        return self.poll_id is None

    def to_task(self) -> Task:
        """Return the task to start. Raises ValueError if it is settled: its token is gone."""
        if self.token is None:
            raise ValueError(f"task {self.task_id}: {self.state}, so it has no token left to start a job")
        return Task(
            activity_arn=self.activity_arn,
            token=self.token,
            input=self.input or "null",
            heartbeat_seconds=self.heartbeat_seconds,
            poll_id=self.poll_id or "",
            holds_slot=self.holds_slot,
            pool=self.pool,
            execution_arn=self.execution_arn or "",
            origin=self.origin,
            description=self.description,
            attempt=self.attempt,
            attempts=self.attempts,
        )
