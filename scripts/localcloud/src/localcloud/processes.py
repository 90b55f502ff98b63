"""Finding and ending the processes of one start of the cloud, and no others.

Every process that the cloud starts carries LOCALCLOUD_ID in its environment, so it is found even
after its parent has died, and in any session or process group.
"""

import contextlib
from collections.abc import Iterable, Sequence

import psutil

from localcloud.settings import ID_VARIABLE

# Processes that survive this many rounds fork faster than they can be killed.
_MAX_ROUNDS = 20
# psutil computes a process's start time from clock ticks: two readings can differ slightly.
_SAME_START_SECONDS = 2.0


def find(pid: int, started: float) -> psutil.Process | None:
    """Return the process with that id and start time; None if it is gone or the id was reused."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - started) < _SAME_START_SECONDS
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def marked(cloud_id: str) -> list[psutil.Process]:
    """Every live process that carries this cloud's id."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(ID_VARIABLE) == cloud_id:
                found.append(process)
    return found


def terminate(process: psutil.Process, timeout_seconds: float) -> bool:
    """Send SIGTERM and wait, then SIGKILL; false if it had to be killed."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.terminate()
        try:
            process.wait(timeout_seconds)
        except psutil.TimeoutExpired:
            kill([process])
            return False
    return True


def kill(processes: Sequence[psutil.Process]) -> None:
    """Kill them and wait until they are gone."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=5)


def kill_all(cloud_id: str, also: Iterable[psutil.Process] = ()) -> int:
    """Kill every marked process, and those in `also`, until none remains; return how many."""
    remaining = [process for process in also if process.is_running()]
    killed = 0
    for _ in range(_MAX_ROUNDS):
        remaining += [process for process in marked(cloud_id) if process not in remaining]
        if not remaining:
            break
        kill(remaining)
        killed += len(remaining)
        remaining = []
    return killed
