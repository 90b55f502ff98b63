"""Child processes that a Ctrl-C reaches once, in order, and that never outlive us.

Each child has a session of its own: the terminal's Ctrl-C goes to us alone and we pass it on.
Otherwise Terraform would get it twice, which it takes as the wish to stop without saving its state.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

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
    """Run a command to its end and return it, whatever its exit code.

    With `log`, stdout and stderr are appended to that file; with `capture` stdout is in the result.
    Raises OperationError when the time is over, KeyboardInterrupt after the child has gone.
    """
    child: subprocess.Popen[str] | None = None
    with open(log or os.devnull, "a", encoding="utf-8") as sink:  # noqa: PTH123 (devnull is no path of ours)
        try:
            # An interrupt while the child is being made would leave one that nobody knows of.
            with deferred():
                child = subprocess.Popen(
                    [str(arg) for arg in args],
                    env={**os.environ, **(env or {})},
                    stdout=subprocess.PIPE if capture else (sink if log else None),
                    stderr=sink if log else None,
                    text=True,
                    start_new_session=True,
                )
            stdout, _ = child.communicate(timeout=timeout_seconds)
        except BaseException as error:
            with uninterrupted():
                _end(child, tell=isinstance(error, KeyboardInterrupt))
            if isinstance(error, subprocess.TimeoutExpired):
                name = Path(args[0]).name
                raise OperationError(f"{name} did not end within {timeout_seconds:.0f} s") from None
            raise
    return subprocess.CompletedProcess(child.args, child.returncode, stdout or "")


def _end(child: subprocess.Popen[str] | None, *, tell: bool) -> None:
    if child is None:
        return
    if tell and child.poll() is None:
        # A terminal that was closed takes no more words, and must not keep the child from its end.
        with suppress(OSError):
            print("Stopping ...", file=sys.stderr, flush=True)
    _signal(child, signal.SIGINT)
    try:
        child.communicate(timeout=GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        _signal(child, signal.SIGKILL)
        child.communicate()


def _signal(child: subprocess.Popen[str], number: signal.Signals) -> None:
    # The child may have ended, and been reaped, just before the interrupt came.
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)
