"""Signals: what stops a command, and what must not stop its taking down."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _drop(_number: int, _frame: FrameType | None) -> None:
    """Not SIG_IGN: a child would inherit that and could not be ended by a signal."""


def stop_on_signals() -> None:
    """Let a TERM or a closed terminal end the program the way Ctrl-C does: through its `finally` blocks."""
    for number in STOPPING:
        signal.signal(number, _interrupt)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold back signals while something is taken down; a signal that came meanwhile is dropped."""
    before = {number: signal.signal(number, _drop) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def deferred() -> Iterator[None]:
    """Hold a signal back until the block has ended, then let it interrupt."""
    came: list[int] = []
    before = {number: signal.signal(number, lambda one, _frame: came.append(one)) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if came:
        raise KeyboardInterrupt
