"""Processes that take turns: each one waits before each of its AWS calls until it may go on.

Only one runs at a time, so the same choices always give the same run.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, override

from activity_dispatch.testing import BEFORE, Crash, Fault, Faults
from activity_dispatch.worker.exits import Exit

SECONDS_TO_WAIT = 60.0


class AtOnce(Executor):
    """Makes a call as soon as it is submitted."""

    @override
    def submit[T, **P](self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(call(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 (the future raises it)
            done.set_exception(error)
        return done


class Process:
    """Runs `target(process)` in a thread up to its next call; `clock` and `lives` are in the model's seconds.

    `since` is when it came to the call that it is about to make.
    `works_for` is the job for which it runs the user's function now.
    `calls` are those to the table and its slots, with their arguments and results.
    `result` is what it returned and `error` what it raised, a Crash if it was killed.
    """

    def __init__(
        self, name: str, target: Callable[["Process"], Any], clock: Callable[[], float], lives: float
    ) -> None:
        """Run to the first call."""
        self.name, self.dies_at, self._clock, self.since = name, clock() + lives, clock, clock()
        self.result: Any = None
        self.error: BaseException | None = None
        self.is_done, self.pending, self.works_for = False, "", ""
        self.calls: list[tuple[str, tuple[Any, ...], Any]] = []
        self.faults = Faults(plan=self._stand_still, sleep=lambda _: None)
        self._fault: Fault | None = None
        self._go, self._still = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run, args=(target,), name=name, daemon=True)
        self._thread.start()
        self._wait()

    def wrap[T](self, client: T) -> T:
        """Return a client whose calls belong to this process."""
        return self.faults.wrap(client)

    def step(self, fault: Fault | None = None) -> None:
        """Let it make its call, perhaps with a fault, and continue to the next."""
        self._fault = fault
        self._go.release()
        self._wait()

    def finish(self) -> None:
        """Let it run to its end."""
        while not self.is_done:
            self.step()

    def kill(self) -> None:
        """Crash it before its call."""
        if not self.is_done:
            self.step(Fault(crash=BEFORE))
        assert self.is_done

    def _run(self, target: Callable[["Process"], Any]) -> None:
        try:
            self.result = target(self)
        except (Exception, Crash) as error:  # noqa: BLE001 (the model checks it)
            self.error = error
        self.is_done = True
        self._still.release()

    def _stand_still(self, call: str, _number: int) -> Fault | None:
        self.pending, self.since = call, self._clock()
        self._still.release()
        assert self._go.acquire(timeout=SECONDS_TO_WAIT), "the model has abandoned a process"
        return self._fault

    def _wait(self) -> None:
        assert self._still.acquire(timeout=SECONDS_TO_WAIT), f"{self.name} hangs after {self.pending}"


def exit_code(process: Process) -> int:
    """Return the exit code of a container's worker."""
    if isinstance(process.error, Crash):
        return 137
    return int(Exit.UNSETTLED if process.error is not None else process.result)
