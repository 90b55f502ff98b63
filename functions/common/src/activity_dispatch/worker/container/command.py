"""Runs a command as the job of a task."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from activity_dispatch.worker.assignment import Taken
from activity_dispatch.worker.container.capture import Capture
from activity_dispatch.worker.container.ending import Ending, exit_code_of, of_status, outcome_of
from activity_dispatch.worker.container.files import (
    MAX_ERROR_FILE_BYTES,
    MAX_OUTPUT_BYTES,
    TaskFiles,
    read_limited,
    task_files,
)
from activity_dispatch.worker.container.memory import oom_kills
from activity_dispatch.worker.container.parts import Parts
from activity_dispatch.worker.container.program import CannotStart, Program
from activity_dispatch.worker.container.settings import PRIVATE
from activity_dispatch.worker.exits import Exit
from activity_dispatch.worker.stop_reason import StopReason


@dataclass(frozen=True, kw_only=True)
class CommandWorker:
    """Takes a task, runs a program for it and settles the task."""

    parts: Parts
    count_oom_kills: Callable[[], int] = oom_kills

    def run(self, command: Sequence[str]) -> int:
        """Run the command for the task, and for each that follows; return the exit code, see `Exit`.

        It is that of the last task. Raises ClientError and BotoCoreError if the first cannot be taken.
        """
        taken: Taken | Exit | None = self.parts.take()
        if isinstance(taken, Exit):
            return taken
        assert taken is not None  # noqa: S101 (only the next task may be missing)
        code, goes_on = self._do(command, taken)
        following = self.parts.next_tasks(taken.assignment) if goes_on else None
        while following is not None and goes_on and (taken := following.take()) is not None:
            code, goes_on = self._do(command, taken)
        return code

    def _do(self, command: Sequence[str], taken: Taken) -> tuple[int, bool]:
        """Run the command for one task; return the exit code, and whether another task may follow."""
        with task_files(taken.input) as files:
            ending, last_lines = self._run_program(command, taken, files)
        delivery = self.parts.delivery()
        if ending.stop is StopReason.TASK_GONE:
            # The job was started for its first task: without that, it ends.
            return delivery.cancel(taken.assignment, release=taken.release), taken.release is not None
        # What a later task was doing is no start of the stack's: its interruption ends it.
        if taken.release is None and self.parts.leaves(ending.stop):
            return Exit.TERMINATED, False
        outcome = outcome_of(ending, taken.assignment.cause("", last_lines))
        reported = delivery.deliver(taken.assignment, outcome, release=taken.release)
        if reported is None:
            return Exit.UNSETTLED, False
        # A program that can't be started fails for each task, and what lacks memory is best begun afresh.
        is_sound = ending.stop is not StopReason.INTERRUPTED and not ending.oom_killed
        return exit_code_of(ending, reported), is_sound and ending.description is None

    def _run_program(
        self, command: Sequence[str], taken: Taken, files: TaskFiles
    ) -> tuple[Ending, tuple[str, ...]]:
        stop = self.parts.stopper.reason
        if stop is not None:
            return Ending(exit_code=Exit.TERMINATED, stop=stop, description="the program was not started"), ()
        kills = self.count_oom_kills()
        with Capture(files.folder, keep_stdout=self.parts.settings.stdout_is_output) as capture:
            try:
                status, stop = self._wait(command, taken, files, capture)
            except CannotStart as error:
                ending = Ending(exit_code=error.exit_code, description=str(error))
            else:
                ending = of_status(status, stop=stop, oom_killed=self.count_oom_kills() > kills)
            capture.finish()
            return _with_files(ending, files, capture), capture.last_lines

    def _wait(
        self, command: Sequence[str], taken: Taken, files: TaskFiles, capture: Capture
    ) -> tuple[int, StopReason | None]:
        shown = _shown(self.parts.environment, taken)
        stdout, stderr = capture.write_ends
        try:
            program = Program.start(
                command,
                environment={**shown, **files.environment(taken.assignment.task_id)},
                stdin=files.input,
                stdout=stdout,
                stderr=stderr,
            )
        finally:
            capture.begin()
        with program:
            self.parts.stopper.attach(program.send)
            with self.parts.watching(taken.assignment, files, taken.is_gone):
                return program.wait(), self.parts.stopper.detach()


def _shown(environment: Mapping[str, str], taken: Taken) -> dict[str, str]:
    """Return what the program sees of the container's environment."""
    shown = {name: value for name, value in environment.items() if name not in PRIVATE}
    if taken.release is not None:
        # The container's own trace is its first task's.
        shown.pop("TRACEPARENT", None)
        if taken.traceparent is not None:
            shown["TRACEPARENT"] = taken.traceparent
    return shown


def _with_files(ending: Ending, files: TaskFiles, capture: Capture) -> Ending:
    if ending.stop is not None:
        return ending
    error = read_limited(files.error, MAX_ERROR_FILE_BYTES)
    if error is not None or ending.exit_code != 0:
        return replace(ending, error_file=error)
    return replace(ending, output_file=read_limited(files.output, MAX_OUTPUT_BYTES), stdout=capture.stdout())
