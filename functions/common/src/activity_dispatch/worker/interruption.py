"""Interrupts a Python function from another thread."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNAL = signal.SIGUSR1
# A thread that is about to block can miss a signal, so it is repeated; more and more rarely, because
# each one also interrupts what the function waits for in other libraries.
FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 1.0


class Interrupted(BaseException):
    """Raised inside the interrupted function. Not an Exception: user code must not swallow it."""


class Interrupter:
    """Interrupts the one function that `run` calls, once; a call that has not begun is prevented.

    The signal's previous handler gets what others send meanwhile.
    """

    def __init__(self) -> None:
        """Start unarmed."""
        self._wanted = False
        # Changed in the main thread only, of which its signal handlers are part.
        self._armed = False
        self._over = threading.Event()
        # Held while a signal is sent, and while the handler is put back.
        self._sending = threading.Lock()
        self._previous: Any = None

    def interrupt(self) -> None:
        """Raise Interrupted in the function, even in a blocking call; callable from any thread."""
        # `run` arms first and then asks whether this is wanted: one of the two sees the other.
        self._wanted = True
        if not self._armed:
            return
        try:
            threading.Thread(target=self._repeat, name="interrupter", daemon=True).start()
        except RuntimeError:
            # There is no thread to be had: one signal is better than none.
            self._send()

    def run[T](self, function: Callable[[], T]) -> T:
        """Call the function; Interrupted is raised in it, or in place of its result, and never after.

        Outside the main thread, where Python runs no signal handlers, a call can only be prevented.
        """
        if threading.current_thread() is not threading.main_thread():
            return self._call(function)
        with self._handling():
            try:
                self._armed = True
                return self._call(function)
            finally:
                # If Interrupted is raised just before this, the handler has done it.
                self._armed = False

    def _call[T](self, function: Callable[[], T]) -> T:
        if self._wanted:
            self._armed = False
            raise Interrupted
        return function()

    def _repeat(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while self._send():
            self._over.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _send(self) -> bool:
        """Send the signal if the function runs and is not interrupted; return whether it was so."""
        main = threading.main_thread().ident
        with self._sending:
            if not self._armed or main is None:
                return False
            # The function may have set a handler of its own: our signals are not for it.
            if signal.getsignal(_SIGNAL) == self._handle:
                signal.pthread_kill(main, _SIGNAL)
            return True

    @contextmanager
    def _handling(self) -> Iterator[None]:
        self._previous = signal.signal(_SIGNAL, self._handle)
        try:
            yield
        finally:
            self._over.set()
            # Whoever saw the function armed has sent its signal once this lock is ours.
            with self._sending:
                if self._previous is not None and signal.getsignal(_SIGNAL) == self._handle:
                    # Ignoring a signal discards what is pending: nothing reaches the previous handler.
                    signal.signal(_SIGNAL, signal.SIG_IGN)
                    signal.signal(_SIGNAL, self._previous)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._wanted:
            if self._armed:
                self._armed = False
                raise Interrupted
        elif callable(self._previous):
            self._previous(number, frame)
