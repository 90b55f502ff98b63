"""The events that a task or job receives while it waits and runs, in the order they occur."""

from dataclasses import dataclass
from queue import SimpleQueue

OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"


@dataclass(frozen=True)
class Granted:
    """There is room for it."""


@dataclass(frozen=True)
class StopRequested:
    """It has been told to stop; the task or job holds the reason."""


@dataclass(frozen=True)
class Ended:
    """The container of that name has ended."""

    name: str


@dataclass(frozen=True)
class HealthChanged:
    """The health check of the container of that name has another result."""

    name: str
    status: str


type RunEvents = SimpleQueue[Granted | StopRequested | Ended | HealthChanged]
