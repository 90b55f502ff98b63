"""The processes of all functions, for who wants to end one from outside."""

import weakref
from collections.abc import Iterator

from localcloud.lambdas.process import FunctionProcess

_PROCESSES: weakref.WeakKeyDictionary[FunctionProcess, str] = weakref.WeakKeyDictionary()


def add(function: str, process: FunctionProcess) -> None:
    """Remember a process by the name of its function."""
    _PROCESSES[process] = function


def processes() -> Iterator[tuple[str, FunctionProcess]]:
    """The functions' names and their processes that can still be invoked."""
    for process, function in list(_PROCESSES.items()):
        if process.alive:
            yield function, process
