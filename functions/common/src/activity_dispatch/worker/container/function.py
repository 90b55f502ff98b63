"""Runs a Python function as the job of a task in a container."""

import json
import logging
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Outcome, Succeeded
from activity_dispatch.runtime.settings import InvalidSettings
from activity_dispatch.worker.assignment import Assignment, Taken
from activity_dispatch.worker.calling import call
from activity_dispatch.worker.container.ending import Ending, exit_code_of, outcome_of
from activity_dispatch.worker.container.files import TaskFiles, task_files
from activity_dispatch.worker.container.parts import Parts
from activity_dispatch.worker.container.stopper import Stopper
from activity_dispatch.worker.exits import Exit
from activity_dispatch.worker.interruption import Interrupter
from activity_dispatch.worker.log_tail import LogTail, keep_log_tail
from activity_dispatch.worker.stop_reason import StopReason
from activity_dispatch.worker.task import CurrentTask, working_on

LOG = logging.getLogger(__name__)

type Handle = Callable[[Any], Any]


def run_task(handle: Handle) -> NoReturn:
    """Run `handle(input)` as the job of the task in TASK_ID, and end the process.

    The input is the activity's, parsed from JSON; the output must be accepted by `json.dumps`. An exception
    fails the task as `Job.Failed`, a JobError under its own name. When the container is being stopped,
    its time is up or nobody waits for the task any more, the function is interrupted by an exception that
    is not an `Exception`, and has the grace period to clean up.
    Call it in the main thread. Raises SystemExit with an exit code of `Exit`.
    """
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    try:
        worker = FunctionWorker(parts=Parts.from_environment(os.environ), environment=os.environ)
    except InvalidSettings as error:
        LOG.error("%s", error)
        raise SystemExit(Exit.CONFIG) from None
    try:
        raise SystemExit(worker.run(handle))
    except (ClientError, BotoCoreError) as error:
        LOG.error("task %s cannot be taken: %s", worker.parts.settings.task_id, error)
        raise SystemExit(Exit.UNSETTLED) from None


@dataclass(frozen=True, kw_only=True)
class FunctionWorker:
    """Takes a task, calls a function for it and settles the task.

    `give_up` ends the process if the function resists the interruption; it gets the exit code.
    """

    parts: Parts
    environment: MutableMapping[str, str]
    give_up: Callable[[int], object] = os._exit

    def run(self, handle: Handle) -> int:
        """Call the function for the task; return the exit code, see `Exit`.

        Raises ClientError and BotoCoreError if the task cannot be taken.
        """
        with _stopped_by_signals(self.parts.stopper):
            taken = self.parts.take()
            if isinstance(taken, Exit):
                return taken
            with task_files(taken.input) as files, keep_log_tail() as tail:
                self.environment.update(files.environment(taken.assignment.task_id))
                outcome, stop = self._call(handle, taken, files, tail)
            return self._settle(taken.assignment, outcome, stop, tail)

    def _call(
        self, handle: Handle, taken: Taken, files: TaskFiles, tail: LogTail
    ) -> tuple[Outcome, StopReason | None]:
        interrupter, stopper = Interrupter(), self.parts.stopper

        def send(number: int) -> None:
            if number == signal.SIGKILL:
                LOG.error("the function did not end within its grace period")
                self.give_up(self._settle(taken.assignment, _INTERRUPTED, stopper.reason, tail))
            else:
                interrupter.interrupt()

        with self.parts.watching(taken.assignment, files), working_on(self._current(taken, files)):
            # Parsing the input is part of the job: if it fails, the task fails.
            outcome = call(
                lambda: handle(json.loads(taken.input)), interrupter, on_armed=lambda: stopper.attach(send)
            )
            return outcome or _INTERRUPTED, stopper.detach()

    def _current(self, taken: Taken, files: TaskFiles) -> CurrentTask:
        limit = self.parts.settings.timeout_seconds
        ends = math.inf if limit is None else time.monotonic() + limit
        return CurrentTask(
            task_id=taken.assignment.task_id,
            report=lambda text: files.progress.write_text(text, encoding="utf-8", errors="replace"),
            seconds_left=lambda: ends - time.monotonic(),
        )

    def _settle(
        self, assignment: Assignment, outcome: Outcome, stop: StopReason | None, tail: LogTail
    ) -> int:
        delivery = self.parts.delivery()
        if stop is StopReason.TASK_GONE:
            return delivery.cancel(assignment)
        if self.parts.leaves(stop):
            return Exit.TERMINATED
        context = assignment.cause("", tail.lines)
        code = Exit.DONE if isinstance(outcome, Succeeded) else Exit.FAILED
        ending = Ending(exit_code=code, stop=stop, description="the function was interrupted")
        if stop is not None:
            outcome = outcome_of(ending, context)
        elif isinstance(outcome, Failed):
            outcome = replace(outcome, cause=replace(context, message=outcome.cause.message))
        reported = delivery.deliver(assignment, outcome)
        return Exit.UNSETTLED if reported is None else exit_code_of(ending, reported)


# Stands for an interrupted function's outcome, which the reason for the interruption decides.
_INTERRUPTED = Failed(error=ErrorName.JOB_INTERRUPTED, cause=Cause(message="the function was interrupted"))


@contextmanager
def _stopped_by_signals(stopper: Stopper) -> Iterator[None]:
    """Let SIGTERM and SIGINT stop the job.

    A signal handler interrupts the main thread anywhere and must take no lock, so a new thread does the
    stopping. SIGUSR1 interrupts the function; one that arrives too late is ignored.
    """

    def stop(_number: int, _frame: object) -> None:
        threading.Thread(target=stopper.stop, args=(StopReason.INTERRUPTED,), daemon=True).start()

    handlers = {signal.SIGTERM: stop, signal.SIGINT: stop, signal.SIGUSR1: lambda *_: None}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
