"""What the demos share: a local cloud with the stack in it, progress on the terminal, the functions' logs."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from activity_dispatch_cli.logs import lines_since
from operations import outputs, paths
from operations.deploy import terraform
from operations.interrupts import uninterrupted
from operations.local import cloud
from operations.steps import say, step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from operations.clients import Clients
    from operations.local.cloud import Cloud
    from operations.outputs import Outputs


@contextmanager
def cloud_for_demo() -> Iterator[Cloud]:
    """A local cloud for a `with` block: the one that answers, or one that is started and stopped."""
    with cloud.running() as local:
        note = " (already running, so it stays)" if local.borrowed else ""
        say(f"Local cloud at {local.endpoint}{note}")
        yield local
        if not local.borrowed:
            say("Stopping the local cloud and everything in it")


@contextmanager
def stack_for_demo(local: Cloud, *, training: bool = False) -> Iterator[Outputs]:
    """The deployed stack. It is destroyed afterwards if the cloud keeps running and the stack is ours."""
    existed = paths.outputs_file(outputs.LOCAL).exists()
    log = terraform.new_log()
    try:
        with step("Deploy with Terraform"):
            stack = terraform.deploy(outputs.LOCAL, log=log, training=training)
        yield stack
    finally:
        if local.borrowed and not existed:
            with uninterrupted(), step("Destroy what the demo deployed"):
                terraform.destroy(outputs.LOCAL, log=log)


def show_logs(clients: Clients, stack: Outputs, since: datetime) -> None:
    for name, function in sorted(stack.functions.items()):
        say(f"--- log of {name}")
        for line in lines_since(clients.logs, function["log_group_name"], since):
            say(line)
