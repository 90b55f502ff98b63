"""Interrupts a Python function from another thread."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNAL = signal.SIGUSR1


class Interrupted(BaseException):
    """Raised inside the interrupted function. Not an Exception: user code must not swallow it."""


class Interrupter:
    """Interrupts the block that `interruptible` guards; outside of it, does nothing."""

    def __init__(self) -> None:
        """Start unarmed."""
        self._armed = False
        self._thread_id = threading.main_thread().ident

    def interrupt(self) -> None:
        """Raise Interrupted in the guarded block, even in a blocking call; callable from any thread."""
        if self._armed and self._thread_id is not None:
            signal.pthread_kill(self._thread_id, _SIGNAL)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Guard a block. Outside the main thread, where Python runs no signal handlers, this is a no-op."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        previous = signal.signal(_SIGNAL, self._raise)
        self._armed = True
        try:
            yield
        finally:
            self._armed = False
            signal.signal(_SIGNAL, previous)

    def _raise(self, _number: int, _frame: FrameType | None) -> None:
        if self._armed:
            self._armed = False
            raise Interrupted
