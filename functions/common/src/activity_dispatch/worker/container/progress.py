"""Records what a program says about its progress."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.worker.container.files import last_line

LOG = logging.getLogger(__name__)
INTERVAL_SECONDS = 5.0


class ProgressWatch:
    """Looks at the file every few seconds and records its last line when it is another one.

    A line that cannot be recorded is tried again with the next look: progress is no reason to end.
    """

    def __init__(
        self, path: Path, record: Callable[[str], object], interval_seconds: float = INTERVAL_SECONDS
    ) -> None:
        """Do nothing before `__enter__`."""
        self._path, self._record, self._interval = path, record, interval_seconds
        self._recorded: str | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def __enter__(self) -> Self:
        """Start to look."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop after a last look: the last word counts."""
        self._stopped.set()
        self._thread.join()
        self._look()

    def _run(self) -> None:
        while not self._stopped.wait(self._interval):
            self._look()

    def _look(self) -> None:
        try:
            line = last_line(self._path)
            if line is not None and line != self._recorded:
                self._record(line)
                self._recorded = line
        except (ClientError, BotoCoreError, OSError) as error:
            LOG.warning("progress not recorded: %s", error)
