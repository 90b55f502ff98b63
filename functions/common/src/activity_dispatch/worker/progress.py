"""Records the progress that a job reports, while it runs."""

import logging
import threading
from collections.abc import Callable
from typing import Self

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.domain.texts import clean

LOG = logging.getLogger(__name__)
INTERVAL_SECONDS = 5.0
MAX_PROGRESS_BYTES = 1_024


def progress_line(text: str, limit: int = MAX_PROGRESS_BYTES) -> str | None:
    """Return the last non-empty line, cut to `limit` bytes of UTF-8; None if there is none."""
    lines = [line for line in text.replace("\r", "\n").split("\n") if line.strip()]
    if not lines:
        return None
    return clean(lines[-1].strip()).encode()[:limit].decode(errors="ignore")


class ProgressWatch:
    """Reads the progress at once and then every few seconds, and records it if it has changed.

    What cannot be recorded is logged, and retried with the next read.
    """

    def __init__(
        self,
        read: Callable[[], str | None],
        record: Callable[[str], object],
        interval_seconds: float = INTERVAL_SECONDS,
    ) -> None:
        """Prepare the thread, which `__enter__` starts."""
        self._read, self._record, self._interval = read, record, interval_seconds
        self._recorded: str | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def __enter__(self) -> Self:
        """Start watching."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and read once more for the final progress."""
        self._stopped.set()
        # A function may be interrupted while it starts the thread.
        if self._thread.ident is not None:
            self._thread.join()
        self._check()

    def _run(self) -> None:
        self._check()
        while not self._stopped.wait(self._interval):
            self._check()

    def _check(self) -> None:
        try:
            line = self._read()
            if line is not None and line != self._recorded:
                self._record(line)
                self._recorded = line
        except (ClientError, BotoCoreError, OSError) as error:
            LOG.warning("progress not recorded: %s", error)


class ReportedProgress:
    """Records what a function reports. A function that reports nothing costs no thread."""

    def __init__(self, record: Callable[[str], object], interval_seconds: float = INTERVAL_SECONDS) -> None:
        """Wait for the first report."""
        self._record, self._interval = record, interval_seconds
        self._line: str | None = None
        self._watch: ProgressWatch | None = None
        self._lock = threading.Lock()
        self._is_over = False

    def report(self, text: str) -> None:
        """Take the last line as the job's progress; callable from any thread."""
        with self._lock:
            self._line = progress_line(text) or self._line
            if self._watch is None and self._line is not None and not self._is_over:
                self._watch = ProgressWatch(lambda: self._line, self._record, self._interval)
                self._watch.__enter__()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Record the final progress; what comes after it is not recorded."""
        with self._lock:
            self._is_over = True
            if self._watch is not None:
                self._watch.__exit__()
