"""Lines of a log, as a person reads them: as last drawn, and with both ends if they are long.

A line ends with a line feed only: `str.splitlines` also splits at characters that are printed within one.
"""

import re
from collections.abc import Callable

from activity_dispatch.domain.limits import MAX_LINE_CHARACTERS
from activity_dispatch.domain.texts import cut, joined_ends

# Erasing, colours and cursor movements: nobody sees them.
_CONTROL_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


def lines_of(text: str) -> list[str]:
    """Return a text's lines, each as last drawn and cut to 1,000 characters, without blank ones."""
    states = (last_state(line) for line in text.split("\n"))
    return [cut(state, MAX_LINE_CHARACTERS) for state in states if _is_visible(state)]


def last_state(line: str) -> str:
    """Return what a line shows in the end: the text after its last carriage return that precedes any."""
    if "\r" not in line:
        return line
    return next((state for state in reversed(line.split("\r")) if _is_visible(state)), "")


def _is_visible(text: str) -> bool:
    return bool(_CONTROL_SEQUENCE.sub("", text).strip())


class LineSplitter:
    """Splits a stream of text into lines for `keep`; holds little of a line, however long it is.

    `most` limits how many lines of one piece of the stream are kept: its last ones.
    """

    def __init__(self, keep: Callable[[str], object], *, most: int = 100) -> None:
        """Start at the beginning of a line."""
        self._keep, self._most = keep, most
        self._line = _OpenLine()

    def add(self, text: str) -> None:
        """Split more of the stream."""
        first, *more = text.split("\n")
        self._line.add(first)
        if not more:
            return
        self.close()
        for line in more[:-1][-self._most :]:
            for kept in lines_of(line):
                self._keep(kept)
        self._line.add(more[-1])

    def close(self) -> None:
        """Keep the rest as a line."""
        text, self._line = self._line.text, _OpenLine()
        if _is_visible(text):
            self._keep(text)


class _OpenLine:
    """A line that has not ended: what it showed before its last carriage return, and what is drawn now."""

    def __init__(self) -> None:
        self._before, self._now = "", _Ends()

    def add(self, text: str) -> None:
        drawn, *redrawn = text.split("\r")
        self._now.add(drawn)
        if not redrawn:
            return
        self._before = self.text
        shown = next((state for state in reversed(redrawn[:-1]) if _is_visible(state)), None)
        if shown is not None:
            self._before = cut(shown, MAX_LINE_CHARACTERS)
        self._now = _Ends()
        self._now.add(redrawn[-1])

    @property
    def text(self) -> str:
        text = self._now.text
        return text if _is_visible(text) else self._before


class _Ends:
    """Both ends of a text that arrives in pieces."""

    def __init__(self) -> None:
        self._head, self._tail, self._length = "", "", 0

    def add(self, text: str) -> None:
        self._head += text[: MAX_LINE_CHARACTERS - len(self._head)]
        self._tail = (self._tail + text[-MAX_LINE_CHARACTERS:])[-MAX_LINE_CHARACTERS:]
        self._length += len(text)

    @property
    def text(self) -> str:
        return joined_ends(self._head, self._tail, self._length, MAX_LINE_CHARACTERS)
