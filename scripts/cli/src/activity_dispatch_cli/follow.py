"""`activity-dispatch run` and `follow`: an execution, event by event, and its jobs while they run."""

import json
import sys
from pathlib import Path
from typing import Any

from activity_dispatch_cli import execution, history
from activity_dispatch_cli.account import Account
from activity_dispatch_cli.errors import CommandError, Exit
from activity_dispatch_cli.job_watch import JobWatch
from activity_dispatch_cli.stack import Stack

# Every poll counts towards the account's request limits.
ACCOUNT_INTERVAL_SECONDS = 1.0
LOCAL_INTERVAL_SECONDS = 0.2


def run(stack: Stack, machine: str, document: str) -> int:
    """Start an execution of a state machine, by its name or ARN, and follow it; return its exit code.

    `document` is the input: JSON, @file, or @- for stdin. Raises CommandError, ClientError and BotoCoreError.
    """
    state_machine = machine if machine.startswith("arn:") else stack.arn(f"stateMachine:{machine}")
    return start(stack, state_machine, parse_input(document))


def start(stack: Stack, state_machine: str, content: Any) -> int:
    """Start an execution and follow it; return its exit code. Raises as `run` does."""
    client = stack.account.clients.stepfunctions
    try:
        arn = execution.start(client, state_machine, content)
    except client.exceptions.StateMachineDoesNotExist:
        raise CommandError(f"MACHINE: there is no state machine {state_machine}") from None
    print(f"Started {arn}", flush=True)
    return follow(stack, arn)


def follow(stack: Stack, arn: str) -> int:
    """Print an execution's events until it ends, and what its jobs do meanwhile; return its exit code.

    Raises CommandError, ClientError and BotoCoreError.
    """
    client = stack.account.clients.stepfunctions
    jobs = JobWatch(stack=stack, execution_arn=arn)
    try:
        ended = execution.follow(
            client,
            arn,
            tell=lambda line: print(line, flush=True),
            interval_seconds=_interval(stack.account),
            watch=jobs,
        )
    except client.exceptions.ExecutionDoesNotExist:
        raise CommandError(f"EXECUTION: there is no execution {arn}") from None
    except KeyboardInterrupt:
        print(f"\nNo longer following; the execution continues: {arn}", flush=True)
        return Exit.INTERRUPTED
    print(f"{ended.status} after {(ended.stopped - ended.started).total_seconds():.2f} s", flush=True)
    if ended.output is not None:
        print(history.pretty(ended.output), flush=True)
    return ended.exit_code


def parse_input(document: str) -> Any:
    """Return the execution's input from JSON, @file or @-. CommandError says what is wrong with it."""
    text = document
    if document.startswith("@"):
        text = _read(document[1:])
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        example = '{"source": "s3://bucket/key"}'
        raise CommandError(f"INPUT must be JSON, such as {example}, or @file: {error}") from None
    try:
        # Python reads NaN and Infinity, and 1e999 as Infinity; JSON has neither.
        json.dumps(content, allow_nan=False)
    except ValueError:
        raise CommandError("INPUT must be JSON, which has no NaN and no infinity") from None
    return content


def _read(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"INPUT names a file that cannot be read: {error}") from None


def _interval(account: Account) -> float:
    return ACCOUNT_INTERVAL_SECONDS if account.endpoint is None else LOCAL_INTERVAL_SECONDS
