"""Exit codes of the worker. Part of the contract: docs/contract.md.

The worker exits 0 only if its task succeeded or needs no more work: a service that judges a container by
its exit code alone must not report an unfinished task as done.
"""

from enum import IntEnum


class Exit(IntEnum):
    """The worker's own codes; otherwise it exits with its program's code, 128 + N after signal N."""

    DONE = 0
    FAILED = 1  # the program exited 0 but its task failed, or a Python function failed
    USAGE = 64
    UNSETTLED = 75  # the task has no outcome from this worker: something else must settle it
    CONFIG = 78
    TIMED_OUT = 124  # as in timeout(1)
    NOT_EXECUTABLE = 126  # as in shells
    NOT_FOUND = 127
    TERMINATED = 143  # the job was stopped, however the program reacted
