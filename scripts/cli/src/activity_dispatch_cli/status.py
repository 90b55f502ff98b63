"""`activity-dispatch status`: the open tasks of a stack, once or live."""

import json
import time
from collections.abc import Callable
from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.live import Live

from activity_dispatch_cli.open_tasks import Open, open_tasks, with_executions
from activity_dispatch_cli.stack import Stack
from activity_dispatch_cli.tables import Screen, plain_lines

SECONDS_BETWEEN = 2.0


def status(
    stack: Stack,
    console: Console,
    *,
    watch: bool = False,
    as_json: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Print a stack's open tasks; with `watch`, repeat until Ctrl-C. Return the exit code.

    In a terminal the table fits it. Elsewhere it has all columns and rows; `as_json` is for programs: one
    object, or one in each line with `watch`. Raises ClientError and BotoCoreError.
    """
    if not watch:
        _print(stack, console, as_json=as_json)
        return 0
    try:
        if console.is_terminal and not as_json:
            _watch(stack, console, sleep)
        while True:
            _print(stack, console, as_json=as_json)
            sleep(SECONDS_BETWEEN)
    except KeyboardInterrupt:
        # The only way to end it, so not a failure.
        return 0


def _watch(stack: Stack, console: Console, sleep: Callable[[float], None]) -> None:
    # What does not work at first is an error; later it may pass, and what was seen before stays.
    found = look(stack)
    with Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            live.update(Screen(title=_title(stack), open=found, height=console.height), refresh=True)
            sleep(SECONDS_BETWEEN)
            try:
                found = look(stack)
            except (ClientError, BotoCoreError) as error:
                found = replace(found, problems=(f"not up to date: {error}",))


def _print(stack: Stack, console: Console, *, as_json: bool) -> None:
    found = look(stack)
    if as_json:
        print(json.dumps(found.to_json()), flush=True)
    elif console.is_terminal:
        console.print(Screen(title=_title(stack), open=found))
    else:
        region = stack.account.console_region
        print("\n".join(plain_lines(found, _title(stack), region)), flush=True)


def look(stack: Stack) -> Open:
    """Return the stack's open tasks now. Raises ClientError and BotoCoreError."""
    runtime = stack.runtime
    overview = with_executions(runtime.tasks, runtime.tasks.overview())
    return open_tasks(overview, runtime.backend_of, time.time())


def _title(stack: Stack) -> str:
    where = stack.account.endpoint or stack.account.region
    return f"Open tasks of {stack.name} ({where}) at {time.strftime('%H:%M:%S')}"
