"""Ends a Python function from another thread."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNAL = signal.SIGUSR1


class Interrupted(BaseException):
    """Raised inside the function that is to end. No Exception: user code must not swallow it."""


class Interrupter:
    """Interrupts the block that `interruptible` guards; without effect outside of it."""

    def __init__(self) -> None:
        """Not armed yet."""
        self._armed = False
        self._thread_id = threading.main_thread().ident

    def interrupt(self) -> None:
        """Raise Interrupted in the guarded block; from any thread, also into a blocking call."""
        if self._armed and self._thread_id is not None:
            signal.pthread_kill(self._thread_id, _SIGNAL)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Guard a block. Python runs signal handlers in the main thread only: elsewhere a no-op."""
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
