"""The reconciler's cursors in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from activity_dispatch.store.cursors import Cursor


@dataclass(kw_only=True)
class InMemoryCursors:
    """Behaves like the cursors in DynamoDB: both pass the same contract tests."""

    stored: dict[str, Cursor] = field(default_factory=dict)

    def read(self) -> Mapping[str, Cursor]:
        """Return the cursors by activity."""
        return dict(self.stored)

    def write(self, cursors: Mapping[str, Cursor]) -> None:
        """Replace all cursors."""
        self.stored = dict(cursors)
