"""Keeps the last lines that a job logs or prints, for the cause of its failure."""

import logging
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO, cast

from activity_dispatch.domain.limits import MAX_LINES
from activity_dispatch.domain.log_lines import LineSplitter, lines_of


class LogTail(logging.Handler):
    """Keeps the last 20 lines, each as last drawn and cut to 1,000 characters.

    Wraps the existing handlers and passes records on to them: if one writes to standard output, as
    Lambda's may, the line is not kept twice.
    """

    def __init__(self, handlers: list[logging.Handler]) -> None:
        """Start empty; `handlers` get every record."""
        super().__init__()
        self._lines: deque[str] = deque(maxlen=MAX_LINES)
        self._handlers = handlers
        self._passing_on = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a log record's lines, including its traceback, and pass the record on."""
        self._keep(record)
        self._passing_on.now = True
        try:
            for handler in self._handlers:
                if record.levelno >= handler.level:
                    self._pass_on(handler, record)
        finally:
            self._passing_on.now = False

    def _keep(self, record: logging.LogRecord) -> None:
        try:
            self.add(f"{record.levelname} {self.format(record)}")
        except Exception:  # noqa: BLE001 (a line that can't be formatted must not end the user's function)
            self.handleError(record)

    @staticmethod
    def _pass_on(handler: logging.Handler, record: logging.LogRecord) -> None:
        try:
            handler.handle(record)
        except Exception:  # noqa: BLE001 (logging continues whatever a handler raises)
            handler.handleError(record)

    def add(self, text: str) -> None:
        """Keep the lines of a text."""
        self._lines.extend(lines_of(text))

    @property
    def is_passing_on(self) -> bool:
        """Whether this thread is inside one of the wrapped handlers."""
        return getattr(self._passing_on, "now", False)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines kept, oldest first."""
        return tuple(self._lines)


class _Tee:
    """Passes printed text on and keeps it; otherwise behaves like the stream it replaces."""

    def __init__(self, target: TextIO, tail: LogTail) -> None:
        self._target, self._tail, self._splitter = target, tail, LineSplitter(tail.add)

    def write(self, text: str) -> int:
        if not self._tail.is_passing_on:
            self._splitter.add(text)
        return self._target.write(text)

    def end(self) -> None:
        """Keep a last line without a line feed."""
        self._splitter.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)


@contextmanager
def keep_log_tail() -> Iterator[LogTail]:
    """Keep the last lines logged or printed in the block."""
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
        # Handlers added in the block stay.
        root.handlers[:] = handlers + [new for new in root.handlers if new is not tail]
