"""What a task holds, and what becomes of it at the end of the task's job."""

from dataclasses import dataclass
from typing import Protocol

from activity_dispatch.domain.pools import PoolRoom


class Holder(Protocol):
    """A task, or its record."""

    @property
    def activity_arn(self) -> str:
        """Its activity."""

    @property
    def poll_id(self) -> str | None:
        """The poll that took it, under whose id it holds."""

    @property
    def holds_slot(self) -> bool:
        """Whether it holds a slot."""

    @property
    def pool(self) -> str | None:
        """In which pool it holds slots."""


@dataclass(frozen=True, kw_only=True)
class SlotRelease:
    """What to free once a job has ended, or will never run: a slot of its activity, and room in a pool.

    `leaves_closing`: who frees it leaves closing the task to the stack, which announces its end.
    """

    activity_arn: str
    slot: str | None
    room: PoolRoom | None = None
    leaves_closing: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether the task holds nothing."""
        return self.slot is None and self.room is None


def release_of(task: Holder) -> SlotRelease:
    """Return what a task holds."""
    poll = task.poll_id
    return SlotRelease(
        activity_arn=task.activity_arn,
        slot=poll if task.holds_slot else None,
        room=PoolRoom(pool=task.pool, holder=poll) if task.pool and poll else None,
    )
