"""How a job ended, from the facts that a worker has about it. Pure."""

import json
import os
import signal
from dataclasses import dataclass

from activity_dispatch.domain import strict_json
from activity_dispatch.domain.limits import MAX_ERROR_CHARACTERS
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Outcome, Succeeded
from activity_dispatch.worker.container.files import MAX_OUTPUT_BYTES
from activity_dispatch.worker.exits import Exit
from activity_dispatch.worker.stop_reason import StopReason


@dataclass(frozen=True, kw_only=True)
class Ending:
    """A program's end.

    `exit_code` is 128 + N after signal N; `oom_killed`: the kernel killed a process of the container
    for memory meanwhile; `error_file`, `output_file`, `stdout`: what it wrote there, None for nothing;
    `how`: what happened, where there is no program to tell of.
    """

    exit_code: int
    signal_number: int | None = None
    stop: StopReason | None = None
    oom_killed: bool = False
    error_file: bytes | None = None
    output_file: bytes | None = None
    stdout: bytes | None = None
    how: str | None = None


def of_status(status: int, *, stop: StopReason | None, oom_killed: bool) -> Ending:
    """Return the end that a wait status tells of."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return Ending(exit_code=code, stop=stop, oom_killed=oom_killed)
    return Ending(exit_code=128 - code, signal_number=-code, stop=stop, oom_killed=oom_killed)


def outcome_of(ending: Ending, context: Cause) -> Outcome:
    """Return the outcome; `context` has what every cause of this job says besides its message.

    Being stopped decides first: what the program made of SIGTERM, exit code 0 included, is no result.
    """
    if ending.stop is not None:
        name = _STOPPED.get(ending.stop, ErrorName.JOB_INTERRUPTED)
        return _failed(name, f"{ending.stop}; {_how(ending)}", ending, context)
    if ending.error_file is not None:
        return _own_error(ending.error_file, ending, context)
    if ending.exit_code == 0:
        return _output(ending, context)
    if ending.oom_killed and ending.exit_code == _KILLED:
        return _failed(ErrorName.JOB_OUT_OF_MEMORY, "the kernel killed it for memory", ending, context)
    hint = "; the kernel killed a process of the container for memory" if ending.oom_killed else ""
    return _failed(ErrorName.JOB_FAILED, f"{_how(ending)}{hint}", ending, context)


def exit_code_of(ending: Ending, outcome: Outcome) -> int:
    """Return the worker's exit code once the outcome is reported."""
    if ending.stop is not None:
        return Exit.TIMED_OUT if ending.stop is StopReason.TIMED_OUT else Exit.TERMINATED
    if ending.exit_code == 0 and isinstance(outcome, Failed):
        return Exit.FAILED
    return ending.exit_code


_KILLED = 128 + signal.SIGKILL
_STOPPED = {StopReason.TIMED_OUT: ErrorName.JOB_TIMED_OUT}


def _how(ending: Ending) -> str:
    if ending.how is not None:
        return ending.how
    if ending.signal_number is not None:
        return f"the program was ended by {_signal_name(ending.signal_number)}"
    return f"the program exited with code {ending.exit_code}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _failed(name: str, message: str, ending: Ending, context: Cause) -> Failed:
    cause = Cause(
        message=message,
        backend=context.backend,
        job_id=context.job_id,
        exit_code=ending.exit_code,
        log_tail=context.log_tail,
        log_url=context.log_url,
    )
    return Failed(error=name, cause=cause)


def _own_error(data: bytes, ending: Ending, context: Cause) -> Failed:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        return _failed(ErrorName.JOB_FAILED, f"TASK_ERROR is not JSON: {error}", ending, context)
    name = document.get("error") if isinstance(document, dict) else None
    if not isinstance(name, str) or not 0 < len(name) <= MAX_ERROR_CHARACTERS:
        wanted = f'{{"error": 1 to {MAX_ERROR_CHARACTERS} characters, "message": text}}'
        return _failed(ErrorName.JOB_FAILED, f"TASK_ERROR is not {wanted}", ending, context)
    return _failed(name, str(document.get("message", _how(ending))), ending, context)


def _output(ending: Ending, context: Cause) -> Outcome:
    source, data = "TASK_OUTPUT", ending.output_file
    if data is None:
        source, data = "stdout", (ending.stdout or b"").strip()
    if not data:
        return Succeeded(output="null")
    if len(data) > MAX_OUTPUT_BYTES:
        problem = f"is over {MAX_OUTPUT_BYTES} bytes; keep it in S3 and put its address there"
        return _failed(ErrorName.JOB_INVALID_OUTPUT, f"{source} {problem}", ending, context)
    try:
        text = data.decode()
        strict_json.read(text)
    except ValueError as error:
        problem = f"is not JSON: {error}{_ADVICE[source]}"
        return _failed(ErrorName.JOB_INVALID_OUTPUT, f"{source} {problem}", ending, context)
    return Succeeded(output=text.strip())


_ADVICE = {
    "TASK_OUTPUT": "",
    "stdout": "; a program that prints other things there writes its output to TASK_OUTPUT, "
    "or has TASK_STDOUT=log set if it has none",
}
