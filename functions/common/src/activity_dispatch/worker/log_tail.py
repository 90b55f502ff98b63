"""The last lines that a piece of code logged or printed, for the cause of its failure."""

import logging
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO, cast

from activity_dispatch.domain.limits import MAX_LINE_CHARACTERS, MAX_LINES


class LogTail(logging.Handler):
    """Keeps the last 20 lines, each cut to 1,000 characters.

    Stands before the handlers that were there and passes records on to them: where one of them writes
    to standard output, as Lambda's may, that is no second line.
    """

    def __init__(self, handlers: list[logging.Handler]) -> None:
        """Start empty, before these handlers."""
        super().__init__()
        self._lines: deque[str] = deque(maxlen=MAX_LINES)
        self._handlers = handlers
        self._passing_on = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a log record's lines, its traceback included, and pass the record on."""
        self.add(f"{record.levelname} {self.format(record)}")
        self._passing_on.now = True
        try:
            for handler in self._handlers:
                if record.levelno >= handler.level:
                    self._pass_on(handler, record)
        finally:
            self._passing_on.now = False

    @staticmethod
    def _pass_on(handler: logging.Handler, record: logging.LogRecord) -> None:
        try:
            handler.handle(record)
        except Exception:  # noqa: BLE001 (whatever a handler raises, logging's own way is to go on)
            handler.handleError(record)

    def add(self, text: str) -> None:
        """Keep the lines of a text."""
        self._lines.extend(line[:MAX_LINE_CHARACTERS] for line in text.splitlines() if line.strip())

    @property
    def is_passing_on(self) -> bool:
        """Tell whether this thread is inside one of the other handlers."""
        return getattr(self._passing_on, "now", False)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines kept, oldest first."""
        return tuple(self._lines)


class _Tee:
    """Passes what is printed on, and keeps it. In everything else it is the stream that it stands for."""

    def __init__(self, target: TextIO, tail: LogTail) -> None:
        self._target, self._tail, self._line = target, tail, ""

    def write(self, text: str) -> int:
        if not self._tail.is_passing_on:
            *lines, rest = (self._line + text).split("\n")
            self._line = rest[:MAX_LINE_CHARACTERS]
            for line in lines:
                self._tail.add(line)
        return self._target.write(text)

    def end(self) -> None:
        """Keep a last line that no line feed ended."""
        self._tail.add(self._line)
        self._line = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)


@contextmanager
def keep_log_tail() -> Iterator[LogTail]:
    """Keep the last lines that are logged or printed inside the block."""
    root = logging.getLogger()
    handlers = root.handlers[:]
    tail = LogTail(handlers)
    out, err = _Tee(sys.stdout, tail), _Tee(sys.stderr, tail)
    root.handlers[:] = [tail]
    try:
        with redirect_stdout(cast("TextIO", out)), redirect_stderr(cast("TextIO", err)):
            yield tail
    finally:
        out.end()
        err.end()
        # A handler that the block added stays.
        root.handlers[:] = handlers + [new for new in root.handlers if new is not tail]
