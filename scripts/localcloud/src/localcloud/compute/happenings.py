"""What can happen to a task or job while it waits and runs, in the order in which it does."""

from dataclasses import dataclass
from queue import SimpleQueue

OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"


@dataclass(frozen=True)
class Granted:
    """There is room for it."""


@dataclass(frozen=True)
class StopAsked:
    """Somebody marked it as one that ends; it knows why."""


@dataclass(frozen=True)
class Ended:
    """A container ended, the one of that name."""

    name: str


type Happenings = SimpleQueue[Granted | StopAsked | Ended]
