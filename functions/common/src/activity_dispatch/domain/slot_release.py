"""The slot that a task holds, and what becomes of it at the end of the task's job."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SlotRelease:
    """The slot to free once a job has ended, or will never run; with `slot` None, the task holds none.

    `leaves_closing`: who frees it leaves closing the task to the stack, which announces its end.
    """

    activity_arn: str
    slot: str | None
    leaves_closing: bool = False
