"""Keeps where a pass stopped, so that the next one goes on there even if this one is killed."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from activity_dispatch.reconcile.ring import TaskTurns
from activity_dispatch.store.cursors import Cursor, Cursors

LOG = logging.getLogger(__name__)

# A shorter pass that reaches all tasks writes nothing; a killed one loses no more than this.
WRITE_SECONDS = 10.0


@dataclass(kw_only=True)
class CursorKeeper:
    """Reads the cursors at a pass's beginning, and writes them while it is under way and at its end.

    Problems are logged: the pass is worth more than its cursors. Thread-safe.
    """

    cursors: Cursors
    clock: Callable[[], float]
    _written_at: float = field(init=False)
    _are_stored: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Write nothing for a while."""
        self._written_at = self.clock()

    def read(self) -> Mapping[str, Cursor]:
        """Return the cursors of the pass before, none if they can't be read."""
        try:
            found = self.cursors.read()
        except Exception as error:  # noqa: BLE001 (whatever it is, the tasks need their heartbeats)
            LOG.error("cursors not read, each activity begins with its first task: %s", error)
            found, self._are_stored = {}, True
        self._are_stored = self._are_stored or bool(found)
        return found

    def keep(self, turns: TaskTurns) -> None:
        """Write the cursors if that was some time ago."""
        if self.clock() - self._written_at < WRITE_SECONDS or not self._lock.acquire(blocking=False):
            return
        try:
            self._written_at = self.clock()
            self._write(turns.cursors(self._written_at))
        finally:
            self._lock.release()

    def finish(self, turns: TaskTurns) -> None:
        """Write the cursors of the activities whose tasks were not all reached, or remove all cursors."""
        cursors = turns.cursors(self.clock())
        if cursors or self._are_stored:
            self._write(cursors)

    def _write(self, cursors: Mapping[str, Cursor]) -> None:
        try:
            self.cursors.write(cursors)
        except Exception as error:  # noqa: BLE001 (see read)
            LOG.error("cursors not written: %s", error)
        else:
            self._are_stored = bool(cursors)
