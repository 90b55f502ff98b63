"""Stops the program: SIGTERM, the grace period, SIGKILL."""

import signal
import threading
from collections.abc import Callable

from activity_dispatch.worker.stop_reason import StopReason


class Stopper:
    """Keeps the first reason to stop, and stops the program. For any thread, but not for signal handlers.

    A container can be stopped before its program starts: the program is then stopped by `attach`.
    """

    def __init__(self, grace_seconds: float) -> None:
        """Start without a reason and without a program."""
        self._grace_seconds = grace_seconds
        self._lock = threading.Lock()
        self._reason: StopReason | None = None
        self._send: Callable[[int], None] | None = None
        self._kill: threading.Timer | None = None

    @property
    def reason(self) -> StopReason | None:
        """The reason to stop, None while there is none."""
        return self._reason

    def attach(self, send: Callable[[int], None]) -> None:
        """Take over the running program, which `send` sends signals; stop it if there is a reason."""
        with self._lock:
            self._send = send
            if self._reason is not None:
                self._end(signal.SIGTERM)

    def stop(self, reason: StopReason, number: int = signal.SIGTERM) -> None:
        """Send the program this signal and, after the grace period, SIGKILL; keep the first reason."""
        with self._lock:
            is_repeated = self._reason is not None
            self._reason = self._reason or reason
            if is_repeated and self._send is not None:
                self._send(number)
            elif self._send is not None:
                self._end(number)

    def forward(self, number: int) -> None:
        """Pass on a signal that is no request to stop."""
        with self._lock:
            if self._send is not None:
                self._send(number)

    def detach(self) -> StopReason | None:
        """Let go of the ended program; return why it was stopped, None if it ended on its own."""
        with self._lock:
            self._send = None
            if self._kill is not None:
                self._kill.cancel()
            return self._reason

    def begin_another(self) -> StopReason | None:
        """Forget why the last program was stopped; return why the container is being stopped, if it is."""
        kill = self._kill
        if kill is not None:
            kill.join()
        with self._lock:
            self._kill = None
            if self._reason is not StopReason.INTERRUPTED:
                self._reason = None
            return self._reason

    def _end(self, number: int) -> None:
        assert self._send is not None  # noqa: S101 (both callers check)
        # Before the signal: if it interrupts this very thread, nothing after it would run.
        self._kill = threading.Timer(self._grace_seconds, self.forward, (signal.SIGKILL,))
        self._kill.daemon = True
        self._kill.start()
        self._send(number)
