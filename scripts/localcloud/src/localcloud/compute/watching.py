"""What all containers share: reading the output and awaiting the end."""

import threading
from collections.abc import Callable

from localcloud.compute.containers import OnEnd

# This timeout expires only if an escaped process keeps the output open.
_DRAIN_SECONDS = 5.0


class Watched:
    """A container watched by two threads: one reads its output, one awaits its end."""

    def __init__(self, container_id: str) -> None:
        """Watching starts with `watch`."""
        self.id = container_id
        self.out_of_memory = False
        self._exit_code: int | None = None
        self._ended = threading.Event()

    def watch(self, *, read: Callable[[], None], end: Callable[[], int], on_end: OnEnd) -> None:
        """`read` returns at the end of the output, `end` returns the exit code."""
        reader = threading.Thread(target=read, name="container-output", daemon=True)
        reader.start()

        def follow() -> None:
            code = end()
            reader.join(_DRAIN_SECONDS)
            self._exit_code = code
            self._ended.set()
            on_end()

        threading.Thread(target=follow, name="container-end", daemon=True).start()

    def wait(self, timeout_seconds: float | None = None) -> int | None:
        """See Container.wait."""
        self._ended.wait(timeout_seconds)
        return self._exit_code
