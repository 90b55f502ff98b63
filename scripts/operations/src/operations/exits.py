"""How a command ends: its exit code, and its errors as one line on stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch_cli.errors import CommandError
from operations import interrupts
from operations.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Callable

FAILED = 1
# Not possible on this machine, as scripts/docker-engine has it.
NOT_HERE = 3
USAGE = 4
INTERRUPTED = 130


def run_command(command: Callable[[], int], *, error_code: int = FAILED) -> int:
    """Run a command and return its exit code, `error_code` after an error that the user can fix."""
    interrupts.stop_on_signals()
    try:
        return command()
    except OperationError as error:
        if error.detail:
            print(error.detail, file=sys.stderr)
        print(f"Error: {error}", file=sys.stderr)
        return error_code
    except CommandError as error:
        print(f"Error: {error}", file=sys.stderr)
        return error_code
    except (BotoCoreError, ClientError) as error:
        print(f"Error: AWS or the local cloud refused: {error}", file=sys.stderr)
        return error_code
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
