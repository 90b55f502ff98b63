"""The last lines that a piece of code logged or printed, for the cause of its failure."""

import io
import logging
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TextIO

MAX_LINES = 20
MAX_LINE_CHARACTERS = 1_000


class LogTail(logging.Handler):
    """Keeps the last 20 lines, each cut to 1,000 characters."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._lines: deque[str] = deque(maxlen=MAX_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a log record's lines, its traceback included."""
        self.add(f"{record.levelname} {self.format(record)}")

    def add(self, text: str) -> None:
        """Keep the lines of a text."""
        self._lines.extend(line[:MAX_LINE_CHARACTERS] for line in text.splitlines() if line.strip())

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines kept, oldest first."""
        return tuple(self._lines)


class _Tee(io.TextIOBase):
    """Passes what is printed on, and keeps it."""

    def __init__(self, target: TextIO, tail: LogTail) -> None:
        self._target, self._tail, self._line = target, tail, ""

    def write(self, text: str) -> int:
        *lines, rest = (self._line + text).split("\n")
        self._line = rest[-MAX_LINE_CHARACTERS:]
        for line in lines:
            self._tail.add(line)
        return self._target.write(text)

    def flush(self) -> None:
        self._target.flush()

    def close(self) -> None:
        if self._line:
            self._tail.add(self._line)
            self._line = ""


@contextmanager
def keep_log_tail() -> Iterator[LogTail]:
    """Keep the last lines that are logged or printed inside the block."""
    tail = LogTail()
    tee = _Tee(sys.stdout, tail)
    root = logging.getLogger()
    root.addHandler(tail)
    try:
        with redirect_stdout(tee):
            yield tail
    finally:
        tee.close()
        root.removeHandler(tail)
