"""`make status`: the open tasks of an environment."""

from __future__ import annotations

from rich.console import Console

from activity_dispatch_cli import status as command
from operations.deploy import terraform
from operations.executions.stack import stack_of


def status(env: str, *, watch: bool) -> int:
    """Print the open tasks of `env`; with `watch`, repeat until Ctrl-C.

    Raises OperationError when nothing is deployed there, ClientError when AWS refuses.
    """
    return command.status(stack_of(terraform.known_outputs(env)), Console(highlight=False), watch=watch)
