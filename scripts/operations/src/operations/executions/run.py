"""`make run`: start an execution of the example and follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activity_dispatch_cli import follow
from operations import outputs
from operations.errors import OperationError
from operations.executions import sample
from operations.executions.stack import stack_of

if TYPE_CHECKING:
    from activity_dispatch_cli.stack import Stack
    from operations.outputs import Outputs


def run(env: str, backend: str, document: str) -> int:
    """Start an execution on `backend`, follow it, and return the exit code of its outcome.

    `document` is the input: JSON, @file, or "". An object without a `source` gets a sample text, which is
    uploaded to the data bucket. Raises OperationError and CommandError.
    """
    deployed = outputs.load(env)
    state_machine = deployed.state_machines.get(backend)
    if state_machine is None:
        known = ", ".join(sorted(deployed.state_machines))
        raise OperationError(f"BACKEND must be one of {known}, not {backend!r}")
    content = follow.parse_input(document) if document else {}
    stack = stack_of(deployed)
    return follow.start(stack, state_machine, _with_source(content, stack, deployed))


def _with_source(content: Any, stack: Stack, deployed: Outputs) -> Any:
    if not isinstance(content, dict) or "source" in content:
        return content
    source = sample.upload(stack.account.clients.s3, deployed.data_bucket, sample.text())
    print(f"INPUT names no source: uploaded the standard library's sources to {source}", flush=True)
    return {"source": source, **content}
