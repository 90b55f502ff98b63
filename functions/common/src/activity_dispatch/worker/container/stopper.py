"""Stops the program: SIGTERM, its grace period, SIGKILL."""

import signal
import threading
from collections.abc import Callable

from activity_dispatch.worker.stop_reason import StopReason


class Stopper:
    """Keeps the first reason to stop and carries it out. For any thread, not for signal handlers.

    `send` sends a signal to the program. It may come later than the wish to stop: a container can
    be told to stop before its program has begun.
    """

    def __init__(self, grace_seconds: float) -> None:
        """No reason yet, nothing to stop yet."""
        self._grace_seconds = grace_seconds
        self._lock = threading.Lock()
        self._reason: StopReason | None = None
        self._send: Callable[[int], None] | None = None
        self._kill: threading.Timer | None = None

    @property
    def reason(self) -> StopReason | None:
        """The reason to stop, once there is one."""
        return self._reason

    def attach(self, send: Callable[[int], None]) -> None:
        """The program runs; stop it if that was asked for before."""
        with self._lock:
            self._send = send
            if self._reason is not None:
                self._end(signal.SIGTERM)

    def stop(self, reason: StopReason, number: int = signal.SIGTERM) -> None:
        """Send the program this signal and, when its grace period is over, SIGKILL."""
        with self._lock:
            again = self._reason is not None
            self._reason = self._reason or reason
            if again and self._send is not None:
                self._send(number)
            elif self._send is not None:
                self._end(number)

    def forward(self, number: int) -> None:
        """Pass a signal on that does not ask to stop."""
        with self._lock:
            if self._send is not None:
                self._send(number)

    def detach(self) -> StopReason | None:
        """The program has ended: return why it was stopped, None if it ended of itself."""
        with self._lock:
            self._send = None
            if self._kill is not None:
                self._kill.cancel()
            return self._reason

    def _end(self, number: int) -> None:
        assert self._send is not None  # noqa: S101 (both callers have looked)
        # Before the signal: in the thread that it interrupts nothing more may be done after it.
        self._kill = threading.Timer(self._grace_seconds, self.forward, (signal.SIGKILL,))
        self._kill.daemon = True
        self._kill.start()
        self._send(number)
