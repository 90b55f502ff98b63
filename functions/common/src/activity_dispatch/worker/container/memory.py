"""Counts the processes of this container that the kernel killed for lack of memory."""

from pathlib import Path

# https://docs.kernel.org/admin-guide/cgroup-v2.html (memory.events)
# https://docs.kernel.org/admin-guide/cgroup-v1/memory.html (memory.oom_control)
CGROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")


def oom_kills(cgroups: Path = CGROUPS, membership: Path = MEMBERSHIP) -> int:
    """Return how many processes of this cgroup were killed for lack of memory; 0 if unknown."""
    for file in _candidates(cgroups, membership):
        try:
            fields = dict(line.split(maxsplit=1) for line in file.read_text().splitlines() if line)
        except OSError:
            continue
        return int(fields.get("oom_kill", 0))
    return 0


def _candidates(cgroups: Path, membership: Path) -> list[Path]:
    try:
        entries = [line.split(":", 2) for line in membership.read_text().splitlines()]
    except OSError:
        return []
    folders = [
        (cgroups, "memory.events", path) if not names else (cgroups / "memory", "memory.oom_control", path)
        for _, names, path in entries
        if names in ("", "memory")
    ]
    # In a container the path may be the host's although the mounted folder is the container's.
    own = [folder / path.lstrip("/") / name for folder, name, path in folders]
    return own + [folder / name for folder, name, _ in folders]
