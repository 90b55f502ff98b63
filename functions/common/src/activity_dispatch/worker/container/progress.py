"""Records the progress that a program reports."""

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
    """Reads the file every few seconds and records its last line if that has changed.

    A line that cannot be recorded is logged, and retried with the next read.
    """

    def __init__(
        self, path: Path, record: Callable[[str], object], interval_seconds: float = INTERVAL_SECONDS
    ) -> None:
        """Prepare the thread, which `__enter__` starts."""
        self._path, self._record, self._interval = path, record, interval_seconds
        self._recorded: str | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def __enter__(self) -> Self:
        """Start watching."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and read the file once more for the final progress."""
        self._stopped.set()
        self._thread.join()
        self._check()

    def _run(self) -> None:
        while not self._stopped.wait(self._interval):
            self._check()

    def _check(self) -> None:
        try:
            line = last_line(self._path)
            if line is not None and line != self._recorded:
                self._record(line)
                self._recorded = line
        except (ClientError, BotoCoreError, OSError) as error:
            LOG.warning("progress not recorded: %s", error)
