"""The measured processes: started, watched and ended, with all their children."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark import places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

STOP_SECONDS = 10.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process and its children, as one process group."""

    popen: subprocess.Popen[bytes]
    log: Path

    def cpu_seconds(self) -> float:
        """Processor seconds that the group has used, user and system."""
        return sum(_cpu_seconds(pid) for pid in _group(self.popen.pid))

    def peak_megabytes(self) -> float:
        """The most resident memory that the process itself has had."""
        status = Path(f"/proc/{self.popen.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024

    def must_run(self) -> None:
        """Raise RuntimeError with the end of the log if the process has ended."""
        if self.popen.poll() is not None:
            tail = self.log.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise RuntimeError(f"{self.log.stem} ended with {self.popen.returncode}:\n{tail}")


@contextmanager
def running(name: str, command: Sequence[str | Path], environment: Mapping[str, str]) -> Iterator[Process]:
    """A process for the length of a `with` block; its output goes to a log file of this name."""
    places.LOGS.mkdir(parents=True, exist_ok=True)
    log = places.LOGS / f"{name}.log"
    with log.open("wb") as out:
        popen = subprocess.Popen(
            list(command), env=dict(environment), stdout=out, stderr=out, start_new_session=True
        )
    try:
        yield Process(popen=popen, log=log)
    finally:
        _end(popen)


def _end(popen: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(popen.pid, number)
            popen.wait(STOP_SECONDS if number is signal.SIGTERM else None)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def _group(leader: int) -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if _is_member(entry, leader)]


def _is_member(entry: Path, leader: int) -> bool:
    if not entry.name.isdecimal():
        return False
    try:
        return os.getpgid(int(entry.name)) == leader
    except ProcessLookupError:
        return False


def _cpu_seconds(pid: int) -> float:
    # Split after the name, which is in brackets: state is field 3, utime 14, stime 15.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
