"""How a job ended, judged from what the worker knows about it. Pure functions."""

import json
import os
import signal
from dataclasses import dataclass, replace

from activity_dispatch.domain import strict_json
from activity_dispatch.domain.limits import MAX_ERROR_CHARACTERS
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Outcome, Succeeded, is_error_name
from activity_dispatch.worker.container.files import MAX_ERROR_FILE_BYTES, MAX_OUTPUT_BYTES
from activity_dispatch.worker.exits import Exit
from activity_dispatch.worker.stop_reason import StopReason


@dataclass(frozen=True, kw_only=True)
class Ending:
    """A program's end.

    `exit_code` is 128 + N after signal N. `oom_killed` says that the kernel killed a process of the
    container for lack of memory. `error_file`, `output_file` and `stdout` are what the program wrote
    there, None for nothing. `description` says what happened if no program ran.
    """

    exit_code: int
    signal_number: int | None = None
    stop: StopReason | None = None
    oom_killed: bool = False
    error_file: bytes | None = None
    output_file: bytes | None = None
    stdout: bytes | None = None
    description: str | None = None


def of_status(status: int, *, stop: StopReason | None, oom_killed: bool) -> Ending:
    """Return the end that a wait status describes."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return Ending(exit_code=code, stop=stop, oom_killed=oom_killed)
    return Ending(exit_code=128 - code, signal_number=-code, stop=stop, oom_killed=oom_killed)


def outcome_of(ending: Ending, context: Cause) -> Outcome:
    """Return the outcome; `context` has the fields that all causes of this job share.

    A stop takes precedence: however the program reacts to SIGTERM, exit code 0 included, it has no result.
    """
    if ending.stop is not None:
        name = _STOPPED.get(ending.stop, ErrorName.JOB_INTERRUPTED)
        return _failed(name, f"{ending.stop}; {_describe(ending)}", ending, context)
    if ending.error_file is not None:
        return _own_error(ending.error_file, ending, context)
    if ending.exit_code == 0:
        return _output(ending, context)
    if ending.oom_killed and ending.exit_code == _KILLED:
        message = "the kernel killed the program for lack of memory"
        return _failed(ErrorName.JOB_OUT_OF_MEMORY, message, ending, context)
    hint = "; the kernel killed a process of the container for lack of memory" if ending.oom_killed else ""
    return _failed(ErrorName.JOB_FAILED, f"{_describe(ending)}{hint}", ending, context)


def exit_code_of(ending: Ending, outcome: Outcome) -> int:
    """Return the worker's exit code after the outcome was reported."""
    if ending.stop is not None:
        return Exit.TIMED_OUT if ending.stop is StopReason.TIMED_OUT else Exit.TERMINATED
    if ending.exit_code == 0 and isinstance(outcome, Failed):
        return Exit.FAILED
    return ending.exit_code


_KILLED = 128 + signal.SIGKILL
_STOPPED = {StopReason.TIMED_OUT: ErrorName.JOB_TIMED_OUT}


def _describe(ending: Ending) -> str:
    if ending.description is not None:
        return ending.description
    if ending.signal_number is not None:
        return f"the program was terminated by {_signal_name(ending.signal_number)}"
    return f"the program exited with code {ending.exit_code}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _failed(name: str, message: str, ending: Ending, context: Cause) -> Failed:
    return Failed(error=name, cause=replace(context, message=message, exit_code=ending.exit_code))


def _own_error(data: bytes, ending: Ending, context: Cause) -> Failed:
    try:
        name, message = _read_error(data)
    except ValueError as error:
        return _failed(ErrorName.JOB_FAILED, f"TASK_ERROR {error}", ending, context)
    return _failed(name, message or _describe(ending), ending, context)


def _read_error(data: bytes) -> tuple[str, str]:
    """Return the error's name and message, which may be empty; ValueError says what is wrong."""
    if len(data) > MAX_ERROR_FILE_BYTES:
        raise ValueError(f"is over {MAX_ERROR_FILE_BYTES} bytes")
    try:
        # As json.loads decodes bytes, a byte order mark included.
        text = data.decode(json.detect_encoding(data), "surrogatepass")
        document = strict_json.read(text, number=strict_json.number_of)
    except ValueError as error:
        raise ValueError(f"is not JSON: {error}") from error
    name = document.get("error") if isinstance(document, dict) else None
    if not isinstance(name, str) or not is_error_name(name):
        wanted = f'{{"error": 1 to {MAX_ERROR_CHARACTERS} characters, "message": text}}'
        raise ValueError(f"is not of the form {wanted}")
    message = document.get("message")
    try:
        return name, "" if message is None else strict_json.text_of(message)
    except ValueError as error:
        return name, f"the message can't be shown: {error}"


def _output(ending: Ending, context: Cause) -> Outcome:
    source, data = "TASK_OUTPUT", ending.output_file
    if data is None:
        source, data = "stdout", (ending.stdout or b"").strip()
    if not data:
        return Succeeded(output="null")
    if len(data) > MAX_OUTPUT_BYTES:
        problem = f"is over {MAX_OUTPUT_BYTES} bytes; store it in S3 and output its address"
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
    "stdout": "; if the program prints anything else there, write its output to TASK_OUTPUT, "
    "or set TASK_STDOUT=log if it has none",
}
