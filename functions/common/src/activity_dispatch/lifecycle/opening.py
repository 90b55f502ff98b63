"""Takes a task that was just taken off its activity out of its envelope."""

from typing import Protocol

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.envelope import looks_wrapped, unwrapped
from activity_dispatch.domain.tasks import Task


class Descriptions(Protocol):
    """Where the current descriptions are: the task table."""

    def activity(self, arn: str) -> Activity | None:
        """Return the activity's description, None if the stack does not serve it. Raises InvalidActivity."""
        ...


def unwrapped_now(descriptions: Descriptions, activity: Activity, task: Task) -> Task:
    """Return the task as its program is to see it. Raises InvalidInput, InvalidActivity and what reads raise.

    Envelopes may have been turned on since `activity` was read: a description is cached for a minute, and a
    poll takes as long.
    """
    outdated = looks_wrapped(activity, task)
    current = descriptions.activity(activity.arn) if outdated else None
    return unwrapped(current or activity, task)
