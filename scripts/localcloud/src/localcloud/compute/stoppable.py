"""What Batch jobs and training jobs share: the request to stop, and its notification."""

import threading
from collections.abc import Callable


class Stoppable[Request]:
    """Holds the latest request to stop, and notifies the code that runs the job."""

    def __init__(self) -> None:
        """Nobody has requested a stop."""
        self._lock = threading.RLock()
        self._stop: Request | None = None
        self._on_stop: Callable[[], None] | None = None

    @property
    def stop_request(self) -> Request | None:
        """Why the job is to stop, if it is."""
        with self._lock:
            return self._stop

    def on_stop(self, notice: Callable[[], None]) -> None:
        """Call `notice` when a stop is requested; at once if one already was."""
        with self._lock:
            self._on_stop = notice
            requested = self._stop is not None
        if requested:
            notice()

    def _request_stop(self, request: Request) -> None:
        with self._lock:
            self._stop = request
            notice = self._on_stop
        if notice is not None:
            notice()
