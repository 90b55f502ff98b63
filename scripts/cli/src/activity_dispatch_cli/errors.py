"""How a command ends: its exit code, and its errors as one line on stderr."""

import sys
from collections.abc import Callable
from enum import IntEnum

from botocore.exceptions import BotoCoreError, ClientError


class Exit(IntEnum):
    """Exit codes of all commands. `run` and `follow` return the execution's outcome: 0 to 3."""

    DONE = 0
    FAILED = 1
    TIMED_OUT = 2
    ABORTED = 3
    # The call is wrong, or what it names does not exist.
    USAGE = 4
    INTERRUPTED = 130


class CommandError(Exception):
    """Something the user can fix. The message is one clear line."""

    def __init__(self, message: str, code: Exit = Exit.USAGE) -> None:
        """Store what to say and the exit code."""
        super().__init__(message)
        self.code = code


def run_command(command: Callable[[], int]) -> int:
    """Run a command and return its exit code; tell errors that the user can fix on stderr."""
    try:
        return command()
    except CommandError as error:
        print(f"Error: {error}", file=sys.stderr)
        return error.code
    except (BotoCoreError, ClientError) as error:
        print(f"Error: AWS or the local cloud refused: {error}", file=sys.stderr)
        return Exit.FAILED
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return Exit.INTERRUPTED
