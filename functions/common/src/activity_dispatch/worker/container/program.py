"""The program as a process: started, signalled, waited for, and nothing of it left behind."""

import contextlib
import logging
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from activity_dispatch.worker.exits import Exit

LOG = logging.getLogger(__name__)

# Python ignores these, and a program would inherit that.
_IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)


class CannotStart(Exception):
    """The command cannot be run; `exit_code` is what a shell would give for it."""

    def __init__(self, command: str, error: OSError) -> None:
        """Keep what the system said."""
        super().__init__(f"cannot run {command!r}: {error.strerror}")
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        self.exit_code = Exit.NOT_FOUND if missing else Exit.NOT_EXECUTABLE


@dataclass(kw_only=True)
class Program:
    """A running program, the leader of a session and a process group of its own.

    As a context manager it has ended when the block has, however that ends.
    """

    pid: int
    # Processes that were our children before: a caller's, when we are not a container's PID 1.
    others: frozenset[int]
    status: int | None = None

    @classmethod
    def start(
        cls, command: Sequence[str], *, environment: Mapping[str, str], stdin: Path, stdout: int, stderr: int
    ) -> "Program":
        """Start the command, found on PATH as a shell finds it; raise CannotStart."""
        others = children()
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, str(stdin), os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, stdout, 1),
            (os.POSIX_SPAWN_DUP2, stderr, 2),
        ]
        try:
            pid = os.posix_spawnp(
                command[0],
                list(command),
                environment,
                file_actions=actions,
                setsid=True,
                setsigmask=(),
                setsigdef=_IGNORED_BY_PYTHON,
            )
        except OSError as error:
            raise CannotStart(command[0], error) from error
        return cls(pid=pid, others=others)

    def send(self, number: int) -> None:
        """Send a signal to the program's process group: shells do not pass signals on."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def wait(self) -> int:
        """Wait for the program, reaping whatever else ends; return its wait status.

        What the program leaves running is killed: the job is over when its program is.
        """
        while self.status is None:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
            assert ended is not None  # noqa: S101 (only with WNOHANG)
            if ended.si_pid == self.pid:
                # Before it is reaped: until then its number is nobody else's.
                self.send(signal.SIGKILL)
            _, status = os.waitpid(ended.si_pid, 0)
            if ended.si_pid == self.pid:
                self.status = status
        end_all(self.others)
        return self.status

    def __enter__(self) -> Self:
        """Nothing to do: it runs."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill the program if nobody has waited for its end."""
        if self.status is None:
            self.send(signal.SIGKILL)
            self.wait()


def end_all(others: frozenset[int]) -> None:
    """Kill the children that are none of the others, and theirs, until there are none.

    Orphans become children of PID 1 or of the nearest subreaper, which the worker is.
    """
    while left := children() - others:
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except PermissionError:
                LOG.warning("process %d is another user's and cannot be ended", pid)
                others |= {pid}
                continue
            os.waitpid(pid, 0)


def children() -> frozenset[int]:
    """Return this process's children, none where there is no /proc."""
    mine = str(os.getpid())
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            # The name in parentheses may hold anything, spaces and parentheses too.
            if stat.read_text(errors="replace").rpartition(")")[2].split()[1] == mine:
                found.add(int(stat.parent.name))
    return frozenset(found)


def become_subreaper() -> None:
    """Make orphans of the program children of this process, as they are of a PID 1."""
    if os.getpid() == 1:
        return
    import ctypes  # only where it is needed: it takes time, and a container's worker is PID 1

    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "prctl") and libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        LOG.warning("not a subreaper: %s", os.strerror(ctypes.get_errno()))


# https://man7.org/linux/man-pages/man2/prctl.2.html
_PR_SET_CHILD_SUBREAPER = 36
