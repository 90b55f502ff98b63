"""What is the same for every container: its output is read and its end is awaited."""

import threading
from collections.abc import Callable

from localcloud.compute.containers import OnEnd

# Only a process that escaped and kept the output open makes this wait end.
_DRAIN_SECONDS = 5.0


class Watched:
    """A container's end, from two threads of its own: one reads its output, one awaits the end."""

    def __init__(self, container_id: str) -> None:
        """Nothing is watched before `watch`."""
        self.id = container_id
        self.out_of_memory = False
        self._exit_code: int | None = None
        self._ended = threading.Event()

    def watch(self, *, read: Callable[[], None], end: Callable[[], int], on_end: OnEnd) -> None:
        """`read` returns when there is no more output, `end` gives the exit code at the end."""
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
