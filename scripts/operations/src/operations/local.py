"""`make local-up` and `make local-down`: a local cloud with the stack in it that stays."""

from __future__ import annotations

from operations import cloud, deploy, outputs, paths
from operations.errors import OperationError
from operations.interrupts import uninterrupted


def up() -> None:
    """Start the local cloud, or take the one that answers, and deploy the stack to it."""
    borrowed = cloud.is_there()
    try:
        local = cloud.start()
        deploy.deploy(outputs.LOCAL)
    except KeyboardInterrupt:
        if not borrowed:
            with uninterrupted():
                down()
        raise
    except OperationError:
        if cloud.answers():
            print(
                f"The local cloud at {cloud.endpoint()} still runs; `make local-down` stops it.", flush=True
            )
        raise
    shown = paths.outputs_file(outputs.LOCAL).relative_to(paths.ROOT)
    print(f"The stack runs at {local.endpoint}; its names are in {shown}.", flush=True)


def down() -> None:
    """Stop the local cloud if it is ours. Out of one that is not, take only the stack."""
    # Asked first: a wrong port is told before anything is stopped.
    endpoint = cloud.endpoint()
    cloud.stop()
    deployed = paths.outputs_file(outputs.LOCAL).exists() and outputs.load(outputs.LOCAL).endpoint == endpoint
    if deployed and cloud.answers():
        deploy.destroy(outputs.LOCAL)
    cloud.forget_deployment()
