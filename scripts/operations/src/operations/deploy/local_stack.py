"""`make local-up`, `cloud-up` and `local-down`: a local cloud that keeps running."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations import outputs, paths
from operations.deploy import terraform
from operations.errors import OperationError
from operations.interrupts import uninterrupted
from operations.local import cloud
from operations.steps import step

if TYPE_CHECKING:
    from pathlib import Path


def up() -> None:
    """Start the local cloud, or use the one that answers, and deploy the stack to it."""
    borrowed = cloud.is_there()
    try:
        with step("Start the local cloud"):
            local = cloud.start()
        log = terraform.new_log()
        with step(f"Deploy with Terraform, which writes to {log.relative_to(paths.ROOT)}"):
            terraform.deploy(outputs.LOCAL, log=log)
    except KeyboardInterrupt:
        if not borrowed:
            with uninterrupted():
                down()
        raise
    except OperationError:
        if cloud.answers():
            where = cloud.endpoint()
            print(f"The local cloud at {where} is still running; `make local-down` stops it.", flush=True)
        raise
    shown = paths.outputs_file(outputs.LOCAL).relative_to(paths.ROOT)
    print(f"The stack runs at {local.endpoint}. Its resource names are in {shown}.")
    print(
        "`make run` starts an execution, `make status` lists open tasks, `make local-down` ends it all.",
        flush=True,
    )


def cloud_up(images: Path | None) -> None:
    """Start a local cloud without a stack, for Terraform from other repositories."""
    with step("Start the local cloud"):
        local = cloud.start(images)
    print(f"A local cloud answers at {local.endpoint}; `make local-down` ends it. For other tools:")
    variables = {
        "AWS_ENDPOINT_URL": local.endpoint,
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    print("export " + " ".join(f"{name}={value}" for name, value in variables.items()), flush=True)


def down() -> None:
    """Stop the local cloud if it is ours. From any other, remove only the stack."""
    # First, so that a wrong port is reported before anything is stopped.
    endpoint = cloud.endpoint()
    cloud.stop()
    deployed = paths.outputs_file(outputs.LOCAL).exists() and outputs.load(outputs.LOCAL).endpoint == endpoint
    if deployed and cloud.answers():
        with step("Destroy the stack"):
            terraform.destroy(outputs.LOCAL, log=terraform.new_log())
    cloud.forget_deployment()
