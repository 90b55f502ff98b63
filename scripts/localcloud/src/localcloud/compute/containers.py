"""What a container is to this package, whether Docker runs it or a process stands for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

type StartProblem = Literal["CannotPullContainerError", "CannotStartContainerError"]
type OnLines = Callable[[Sequence[str]], None]
type OnEnd = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A folder of this machine that a container finds at `path`.

    Where nothing can be mounted, the container's variable of that name says where it is instead.
    """

    host: Path
    path: str
    variable: str


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
    mount: Mount | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


class ContainerStartError(Exception):
    """The container was not started; the text is the reason that ECS gives, its problem first."""

    def __init__(self, problem: StartProblem, message: str) -> None:
        """Name the problem as ECS does."""
        super().__init__(f"{problem}: {message}")
        self.problem = problem


class Container(Protocol):
    """A started container. Its methods may be called from any thread, and after its end."""

    @property
    def id(self) -> str:
        """The runtime's name for it."""

    @property
    def out_of_memory(self) -> bool:
        """Whether it was killed for its memory limit; false while it runs."""

    def wait(self, timeout_seconds: float | None = None) -> int | None:
        """Its exit code (128 + N after signal N), or None when it still runs after the timeout."""

    def terminate(self) -> None:
        """Send SIGTERM to its first process, and to no other, as Docker does."""

    def kill(self) -> None:
        """Send SIGKILL to all of it."""

    def remove(self) -> None:
        """End it if it still runs, and remove what it left."""


class Runner(Protocol):
    """Starts containers."""

    def start(self, spec: ContainerSpec, *, on_lines: OnLines, on_end: OnEnd) -> Container:
        """Start one, or raise ContainerStartError.

        `on_lines` gets what it writes, stdout and stderr together, from a thread of its own;
        `on_end` is called once, when it has ended and its last line was handed over.
        """


def stop(container: Container, grace_seconds: float) -> int:
    """SIGTERM, then SIGKILL after the grace; the exit code."""
    container.terminate()
    code = container.wait(grace_seconds)
    if code is None:
        container.kill()
        code = container.wait()
    # Without a timeout `wait` ends only with a code.
    return -1 if code is None else code
