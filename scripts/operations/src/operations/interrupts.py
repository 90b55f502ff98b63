"""Signals: what stops a command, and what must not stop its cleanup."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _drop(_number: int, _frame: FrameType | None) -> None:
    """Do nothing. SIG_IGN would be inherited by children, which then could not be stopped by a signal."""


def stop_on_signals() -> None:
    """Let SIGTERM or a closed terminal end the program as Ctrl-C does: through its `finally` blocks."""
    for number in STOPPING:
        signal.signal(number, _interrupt)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignore signals during cleanup; a signal that arrives meanwhile is dropped."""
    before = {number: signal.signal(number, _drop) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def deferred() -> Iterator[None]:
    """Hold signals back until the block has ended, then let them interrupt."""
    arrived: list[int] = []
    before = {number: signal.signal(number, lambda one, _frame: arrived.append(one)) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if arrived:
        raise KeyboardInterrupt
