"""Child processes that receive Ctrl-C once and in order, and never outlive us.

Each child runs in its own session: the terminal sends Ctrl-C only to us, and we pass it on. Otherwise
Terraform would receive it twice and stop without saving its state.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from operations.errors import OperationError
from operations.interrupts import deferred, uninterrupted

GRACE_SECONDS = 20.0


def run(
    args: Sequence[str | Path],
    *,
    timeout_seconds: float,
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
    capture: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run a command until it ends and return the result, whatever its exit code.

    With `log`, stdout and stderr are appended to that file; with `capture`, stdout is in the result.
    Raises OperationError on timeout, KeyboardInterrupt once the child has ended.
    """
    child: subprocess.Popen[str] | None = None
    with open(log or os.devnull, "a", encoding="utf-8") as sink:  # noqa: PTH123 (os.devnull is a str)
        try:
            # An interrupt between fork and assignment would leave a child that we cannot stop.
            with deferred():
                child = _start(args, env or {}, output=sink if log else None, capture=capture)
            stdout, _ = child.communicate(timeout=timeout_seconds)
        except BaseException as error:
            with uninterrupted():
                _end(child, announce=isinstance(error, KeyboardInterrupt))
            if isinstance(error, subprocess.TimeoutExpired):
                name = Path(args[0]).name
                raise OperationError(f"{name} did not end within {timeout_seconds:.0f} s") from None
            raise
    return subprocess.CompletedProcess(child.args, child.returncode, stdout or "")


def _start(
    args: Sequence[str | Path], env: Mapping[str, str], *, output: IO[str] | None, capture: bool
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(arg) for arg in args],
        env={**os.environ, **env},
        stdout=subprocess.PIPE if capture else output,
        stderr=output,
        text=True,
        start_new_session=True,
    )


def _end(child: subprocess.Popen[str] | None, *, announce: bool) -> None:
    if child is None:
        return
    if announce and child.poll() is None:
        # Writing to a closed terminal fails, and that must not keep us from ending the child.
        with suppress(OSError):
            print("Stopping ...", file=sys.stderr, flush=True)
    _signal(child, signal.SIGINT)
    try:
        child.communicate(timeout=GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        _signal(child, signal.SIGKILL)
        child.communicate()


def _signal(child: subprocess.Popen[str], number: signal.Signals) -> None:
    # The child may have ended and been reaped just before the interrupt.
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)
