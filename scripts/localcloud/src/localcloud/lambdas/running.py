"""The processes of all functions, so that they can be killed from outside."""

import weakref
from collections.abc import Iterator

from localcloud.lambdas.process import FunctionProcess

_PROCESSES: weakref.WeakKeyDictionary[FunctionProcess, str] = weakref.WeakKeyDictionary()


def add(function: str, process: FunctionProcess) -> None:
    """Register a process under its function's name."""
    _PROCESSES[process] = function


def processes() -> Iterator[tuple[str, FunctionProcess]]:
    """Yield each function's name with each of its processes that can still be invoked."""
    for process, function in list(_PROCESSES.items()):
        if process.alive:
            yield function, process
