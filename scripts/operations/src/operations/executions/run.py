"""`make run`: start an execution and follow it state by state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from operations import exits, outputs
from operations.clients import connect
from operations.errors import OperationError
from operations.executions import execution, history, sample
from operations.local import cloud

if TYPE_CHECKING:
    from operations.clients import Clients
    from operations.outputs import Outputs

# Every poll counts towards the account's request limits.
ACCOUNT_INTERVAL_SECONDS = 1.0
LOCAL_INTERVAL_SECONDS = 0.2


def run(env: str, backend: str, document: str) -> int:
    """Start an execution on `backend`, print its events, and return the exit code of its outcome.

    `document` is the input: JSON, @file, or "" for a sample text, which is uploaded to the data bucket.
    """
    stack = outputs.load(env)
    state_machine = stack.state_machines.get(backend)
    if state_machine is None:
        known = ", ".join(sorted(stack.state_machines))
        raise OperationError(f"BACKEND must be one of {known}, not {backend!r}")
    content = parse_input(document) if document else None
    if stack.endpoint is not None:
        cloud.must_answer(stack.endpoint)
    clients = connect(stack)
    if not document:
        content = _sample_input(clients, stack)
    arn = execution.start(clients.stepfunctions, state_machine, content)
    print(f"Started {arn}", flush=True)
    interval = ACCOUNT_INTERVAL_SECONDS if stack.endpoint is None else LOCAL_INTERVAL_SECONDS
    return _follow(clients, arn, interval)


def parse_input(document: str) -> Any:
    """Return the execution's input from JSON or @file; OperationError says what is wrong with it."""
    text = document
    if document.startswith("@"):
        try:
            text = Path(document[1:]).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise OperationError(f"INPUT names a file that cannot be read: {error}") from None
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        example = '{"source": "s3://bucket/key"}'
        raise OperationError(f"INPUT must be JSON, such as {example}, or @file: {error}") from None
    try:
        # Python reads NaN and Infinity, and 1e999 as Infinity; JSON has neither.
        json.dumps(content, allow_nan=False)
    except ValueError:
        raise OperationError("INPUT must be JSON, which has no NaN and no infinity") from None
    return content


def _sample_input(clients: Clients, stack: Outputs) -> dict[str, str]:
    source = sample.upload(clients.s3, stack.data_bucket, sample.text())
    print(f"No INPUT given: uploaded the standard library's sources to {source}", flush=True)
    return {"source": source}


def _follow(clients: Clients, arn: str, interval: float) -> int:
    try:
        ended = execution.follow(
            clients.stepfunctions, arn, tell=lambda line: print(line, flush=True), interval_seconds=interval
        )
    except KeyboardInterrupt:
        print(f"\nNo longer following; the execution continues: {arn}", flush=True)
        return exits.INTERRUPTED
    print(f"{ended.status} after {(ended.stopped - ended.started).total_seconds():.2f} s", flush=True)
    if ended.output is not None:
        print(history.pretty(ended.output), flush=True)
    return ended.exit_code
