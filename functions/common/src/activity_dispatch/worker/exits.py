"""Exit codes of the worker. Part of the contract: docs/contract.md.

The worker exits 0 only when its task succeeded or needs nothing any more. Whoever judges a container
by its exit code alone must never take a task for done that is not.
"""

from enum import IntEnum


class Exit(IntEnum):
    """The worker's own codes; otherwise it exits as its program did, 128 + N after signal N."""

    DONE = 0
    FAILED = 1  # the program exited 0 but its task failed, or a Python function failed
    USAGE = 64
    UNSETTLED = 75  # the task has no outcome from this worker: somebody else must see to it
    CONFIG = 78
    TIMED_OUT = 124  # as timeout(1) has it
    NOT_EXECUTABLE = 126  # as a shell has it
    NOT_FOUND = 127
    TERMINATED = 143  # the job was to stop, whatever the program made of it
