"""The program as a process: starts it, signals it, waits for it, and leaves nothing of it behind."""

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

# Python ignores these signals, and the program would inherit that.
_IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)


class CannotStart(Exception):
    """The command cannot be run; `exit_code` is what a shell would return."""

    def __init__(self, command: str, error: OSError) -> None:
        """Take message and exit code from the system's error."""
        super().__init__(f"cannot run {command!r}: {error.strerror}")
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        self.exit_code = Exit.NOT_FOUND if missing else Exit.NOT_EXECUTABLE


@dataclass(kw_only=True)
class Program:
    """A running program, the leader of its own session and process group.

    As a context manager it kills a program that still runs at the end of the block.
    """

    pid: int
    # Our earlier children: there may be some if we are not a container's PID 1.
    others: frozenset[int]
    status: int | None = None

    @classmethod
    def start(
        cls, command: Sequence[str], *, environment: Mapping[str, str], stdin: Path, stdout: int, stderr: int
    ) -> "Program":
        """Start the command, which is looked up on PATH as in a shell. Raises CannotStart.

        `stdin` is a file; `stdout` and `stderr` are file descriptors.
        """
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
        """Send a signal to the program's process group, since shells do not pass signals on."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def wait(self) -> int:
        """Wait for the program while reaping other processes; return its wait status.

        Processes that the program leaves running are killed: the job ends with its program.
        """
        while self.status is None:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
            assert ended is not None  # noqa: S101 (only with WNOHANG)
            if ended.si_pid == self.pid:
                # Before reaping it: until then no other process can get its id.
                self.send(signal.SIGKILL)
            _, status = os.waitpid(ended.si_pid, 0)
            if ended.si_pid == self.pid:
                self.status = status
        end_all(self.others)
        return self.status

    def __enter__(self) -> Self:
        """Return the program, which runs already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill the program if it still runs."""
        if self.status is None:
            self.send(signal.SIGKILL)
            self.wait()


def end_all(others: frozenset[int]) -> None:
    """Kill all children except the `others`, and their descendants.

    Orphans become children of PID 1 or of the nearest subreaper: this process.
    """
    while left := children() - others:
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except PermissionError:
                LOG.warning("process %d belongs to another user and cannot be killed", pid)
                others |= {pid}
                continue
            os.waitpid(pid, 0)


def children() -> frozenset[int]:
    """Return the ids of this process's children; none on a system without /proc."""
    mine = str(os.getpid())
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # the process has ended meanwhile
            # The name in parentheses may itself hold spaces and parentheses.
            if stat.read_text(errors="replace").rpartition(")")[2].split()[1] == mine:
                found.add(int(stat.parent.name))
    return frozenset(found)


def become_subreaper() -> None:
    """Make the program's orphans children of this process, as they would be of PID 1."""
    if os.getpid() == 1:
        return
    import ctypes  # slow, and not needed in a container, where the worker is PID 1

    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "prctl") and libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        LOG.warning("could not become a subreaper: %s", os.strerror(ctypes.get_errno()))


# https://man7.org/linux/man-pages/man2/prctl.2.html
_PR_SET_CHILD_SUBREAPER = 36
