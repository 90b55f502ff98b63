"""Containers as this package sees them, whether run by Docker or as processes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

type StartProblem = Literal["CannotPullContainerError", "CannotStartContainerError"]
type OnLines = Callable[[Sequence[str]], None]
type OnEnd = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A folder on this machine that is mounted in a container at `path`.

    If nothing can be mounted, the container's environment variable `variable` holds the folder;
    without a variable, the folder replaces the path in the command and in the environment's values.
    """

    host: Path
    path: str
    variable: str | None = None
    read_only: bool = False


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """A command that exits with 0 in a healthy container."""

    command: Sequence[str]
    interval_seconds: float
    timeout_seconds: float
    retries: int
    start_period_seconds: float


@dataclass(frozen=True, kw_only=True)
class ContainerSpec:
    """One container to start. None for `entrypoint` or `command` means the image's own."""

    image: str
    entrypoint: Sequence[str] | None = None
    command: Sequence[str] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    working_directory: str | None = None
    memory_mib: int | None = None
    init: bool = False
    mounts: Sequence[Mount] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


class ContainerStartError(Exception):
    """The container was not started; the message is ECS's reason, starting with the problem."""

    def __init__(self, problem: StartProblem, message: str) -> None:
        """Name the problem as ECS does."""
        super().__init__(f"{problem}: {message}")
        self.problem = problem


class Container(Protocol):
    """A started container. Its methods can be called from any thread, even after it has ended."""

    @property
    def id(self) -> str:
        """The runtime's name for it."""

    @property
    def out_of_memory(self) -> bool:
        """Whether it was killed for exceeding its memory limit; false while it runs."""

    def wait(self, timeout_seconds: float | None = None) -> int | None:
        """Return its exit code (128 + N after signal N); None if it still runs at the timeout."""

    def succeeds(self, command: Sequence[str], timeout_seconds: float) -> bool:
        """Run a command in it; return whether it exits with 0 in time."""

    def terminate(self) -> None:
        """Send SIGTERM to its first process only, as Docker does."""

    def kill(self) -> None:
        """Send SIGKILL to all its processes."""

    def remove(self) -> None:
        """Kill it if it still runs, and clean up."""


class Runner(Protocol):
    """Starts containers."""

    def start(self, spec: ContainerSpec, *, on_lines: OnLines, on_end: OnEnd) -> Container:
        """Start one, or raise ContainerStartError.

        `on_lines` gets its output, stdout and stderr together, on a separate thread; `on_end` is
        called once, after the container has ended and `on_lines` has received its last line.
        """


def stop(container: Container, grace_seconds: float) -> int:
    """Send SIGTERM, then SIGKILL after the grace period; return the exit code."""
    container.terminate()
    code = container.wait(grace_seconds)
    if code is None:
        container.kill()
        code = container.wait()
    # Without a timeout, `wait` returns only with a code.
    return -1 if code is None else code
