"""The port for the reconciler's cursors: where its passes stopped among an activity's tasks."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol


class Mark(NamedTuple):
    """The tasks up to this id, from the mark before it, were last checked at this time (s since 1970)."""

    task_id: str
    checked_at: float


# An activity's marks in the order of its tasks' next checks: the first is the longest ago, the last is
# where the last pass stopped.
type Cursor = tuple[Mark, ...]


class Cursors(Protocol):
    """Stores the cursors of the activities whose tasks the last pass did not all reach.

    Both methods raise ClientError and BotoCoreError.
    """

    def read(self) -> Mapping[str, Cursor]:
        """Return the cursors by activity; may lag behind by a second."""
        ...

    def write(self, cursors: Mapping[str, Cursor]) -> None:
        """Replace all cursors."""
        ...
