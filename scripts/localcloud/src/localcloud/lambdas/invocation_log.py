"""The log of one invocation, which is written while it grows, as Lambda does."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self

# How often lines are written: soon after they are there, but not each in a batch of its own.
INTERVAL_SECONDS = 0.5


class Read(Protocol):
    """Returns what was logged since the last call: whole lines only, or everything."""

    def __call__(self, *, whole_lines: bool = False) -> str:
        """Return it."""


@dataclass(frozen=True, kw_only=True)
class LogSource:
    """Where a function's log comes from; `write` appends to the log stream, None: there is none."""

    read: Read
    write: Callable[[str], None] | None


class InvocationLog:
    """Writes an invocation's lines while it runs, until it is left; `close` returns them all."""

    def __init__(self, first_line: str, source: LogSource) -> None:
        """Begin: the first line is written with the first of the function's."""
        self._source = source
        self._text, self._written = first_line, 0
        self._closed = threading.Event()
        self._reading = threading.Lock()
        if source.write is not None:
            threading.Thread(target=self._follow, name="function-log", daemon=True).start()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Write no more: the process may be gone."""
        self._closed.set()

    def _follow(self) -> None:
        while not self._closed.wait(INTERVAL_SECONDS):
            with self._reading:
                if not self._closed.is_set() and (lines := self._source.read(whole_lines=True)):
                    self._text += lines
                    self._write()

    def _write(self) -> None:
        if self._source.write is not None and self._written < len(self._text):
            self._source.write(self._text[self._written :])
            self._written = len(self._text)

    def close(self, last_lines: str) -> str:
        """Write what is left, the function's and then the last lines; return the whole log."""
        with self._reading:
            self._closed.set()
            rest = self._source.read()
            self._text += f"{rest}\n" if rest and not rest.endswith("\n") else rest
            self._text += last_lines
            self._write()
        return self._text
