"""Where dispatch latency is measured: a separate local cloud with an activity for each mode."""

from __future__ import annotations

import json
import os
import time
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from localstack_client.session import Session

from benchmark import places
from operations import paths, process
from operations.errors import OperationError
from operations.local import cloud

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# The ways to wake the dispatcher up.
MODES = ("requests", "poll", "logs")
POLLER = "latency-poller"
APPLY_SECONDS = 400.0
UPDATE_SECONDS = 30.0
ROOT = places.SOURCES.parent / "latency"
STATE = places.BUILD / "terraform.tfstate"


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """Names of the deployed resources; the functions are `worker`, `native` and `dispatcher`."""

    session: Session
    state_machines: Mapping[str, str]
    functions: Mapping[str, str]
    task_table: str

    def client(self, service: str) -> Any:
        """Return a client of the local cloud."""
        return self.session.client(service)

    def make_cold(self) -> None:
        """Change the functions' configuration: the next invocation of each is a cold start."""
        client = self.client("lambda")
        for function in self.functions.values():
            client.update_function_configuration(FunctionName=function, Description=str(time.time_ns()))
            client.get_waiter("function_updated_v2").wait(
                FunctionName=function, WaiterConfig={"Delay": 1, "MaxAttempts": int(UPDATE_SECONDS)}
            )


@contextmanager
def deployed() -> Iterator[Deployment]:
    """A local cloud with the stack in it, for the length of a `with` block. Raises OperationError."""
    if cloud.is_there():
        raise OperationError(f"a cloud answers at {cloud.endpoint()}: the benchmark needs to start its own")
    with cloud.running() as local:
        outputs = _apply(local.endpoint)
        session = Session(
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 (LocalStack accepts anything)
            region_name="eu-west-1",
            localstack_host=urlsplit(local.endpoint).netloc,
        )
        deployment = Deployment(session=session, **{name: each["value"] for name, each in outputs.items()})
        # Its schedule would start it within a minute.
        deployment.client("lambda").invoke(FunctionName=POLLER, InvocationType="Event")
        yield deployment


def _apply(endpoint: str) -> Mapping[str, Any]:
    # An earlier state describes an emulator that no longer runs.
    STATE.unlink(missing_ok=True)
    variables = {
        "TF_VAR_endpoint": endpoint,
        "TF_VAR_package": str(_package(places.BUILD / "worker.zip")),
        "TF_VAR_modes": json.dumps(MODES),
        "CHECKPOINT_DISABLE": "1",
    }
    log = places.LOGS / "terraform.log"
    log.unlink(missing_ok=True)
    terraform = ["terraform", f"-chdir={ROOT}"]
    for command in (
        [paths.TERRAFORM_INIT, ROOT],
        [*terraform, "apply", "-auto-approve", "-input=false", "-parallelism=30"],
    ):
        done = process.run(command, timeout_seconds=APPLY_SECONDS, env={**os.environ, **variables}, log=log)
        if done.returncode != 0:
            raise OperationError("terraform failed", detail=log.read_text(encoding="utf-8"))
    output = process.run([*terraform, "output", "-json"], timeout_seconds=UPDATE_SECONDS, capture=True)
    return dict(json.loads(output.stdout))


def _package(file: Path) -> Path:
    """Write a zip of the worker and the library."""
    with (
        zipfile.ZipFile(paths.ROOT / "build/zip/process.zip") as built,
        zipfile.ZipFile(file, "w") as archive,
    ):
        for name in built.namelist():
            if name.startswith("activity_dispatch/"):
                archive.writestr(name, built.read(name))
        archive.write(ROOT / "worker.py", "worker.py")
    return file
