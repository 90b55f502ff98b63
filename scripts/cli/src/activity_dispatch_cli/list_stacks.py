"""`activity-dispatch stacks`: the stacks of an account's region."""

import json

from rich.console import Console
from rich.table import Table

from activity_dispatch_cli.account import Account
from activity_dispatch_cli.stack import published


def list_stacks(account: Account, console: Console, *, as_json: bool = False) -> int:
    """Print the stacks and return the exit code. Raises CommandError, ClientError and BotoCoreError."""
    stacks = published(account)
    if as_json:
        print(json.dumps([stack.handle for stack in stacks]))
        return 0
    if not stacks:
        print(f"No stack in {account.endpoint or account.region}")
        return 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("NAME", "REGION", "ACCOUNT", "BACKENDS", "WAKE-UPS"):
        table.add_column(heading, no_wrap=True, overflow="ellipsis")
    for stack in stacks:
        handle = stack.handle
        backends, wake_ups = (", ".join(handle.get(name, ())) for name in ("backends", "wake_ups"))
        table.add_row(stack.name, handle["region"], handle["account"], backends, wake_ups)
    console.print(table)
    return 0
