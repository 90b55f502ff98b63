"""The stack of an environment, as activity-dispatch finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activity_dispatch_cli import stack
from activity_dispatch_cli.account import connect
from operations.errors import OperationError
from operations.local import cloud

if TYPE_CHECKING:
    from activity_dispatch_cli.stack import Stack
    from operations.outputs import Outputs


def stack_of(deployed: Outputs) -> Stack:
    """Return the stack that left these outputs.

    Raises OperationError when its local cloud does not answer, CommandError when there is no such stack.
    """
    if deployed.endpoint is not None:
        cloud.must_answer(deployed.endpoint)
    if deployed.stack_name is None:
        raise OperationError("the stack was deployed by an older release: deploy it again")
    account = connect(region=deployed.region, endpoint=deployed.endpoint)
    return stack.find(account, deployed.stack_name)
