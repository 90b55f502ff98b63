"""The stub endpoint as the measurements see it: a separate process and a way to control it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmark import places
from benchmark.processes import Process, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACCOUNT = "000000000000"
REGION = "eu-west-1"
ACTIVITY_ARN = f"arn:aws:states:{REGION}:{ACCOUNT}:activity:benchmark-job"
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:job"
START_SECONDS = 20.0
ANSWER_SECONDS = 330.0


class StubFailed(Exception):
    """The stub did not do as asked, in time or at all."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A running stub."""

    port: int
    process: Process

    def ask(self, verb: str, **body: Any) -> Any:
        """Send the stub a verb and return its answer. Raises StubFailed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request("POST", f"/_stub/{verb}", json.dumps(body))
            response = connection.getresponse()
            document = json.loads(response.read() or b"null")
        except (OSError, http.client.HTTPException) as error:
            raise StubFailed(f"{verb}: {error!r}") from error
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise StubFailed(f"{verb}: {document}")
        return document

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a program that uses the stub in place of AWS."""
        url = f"http://127.0.0.1:{self.port}"
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
        return {
            **kept,
            "PYTHONPATH": str(places.SOURCES),
            "AWS_ENDPOINT_URL": url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "benchmark",
            "AWS_SECRET_ACCESS_KEY": "benchmark",
            "AWS_EC2_METADATA_DISABLED": "true",
            "ACTIVITY_ARN": ACTIVITY_ARN,
            "FUNCTION_ARN": FUNCTION_ARN,
            **more,
        }

    def function_environment(self, name: str) -> dict[str, str]:
        """Return the environment of one of the stack's functions, as Lambda and Terraform set it."""
        return self.environment(
            AWS_LAMBDA_RUNTIME_API=f"127.0.0.1:{self.port}",
            AWS_LAMBDA_FUNCTION_NAME=name,
            AWS_LAMBDA_FUNCTION_VERSION="$LATEST",
            AWS_LAMBDA_FUNCTION_MEMORY_SIZE="512",
            AWS_LAMBDA_LOG_GROUP_NAME=f"/aws/lambda/{name}",
            AWS_LAMBDA_LOG_STREAM_NAME="benchmark",
            AWS_LAMBDA_LOG_FORMAT="JSON",
            STACK_NAME="benchmark",
            TASK_TABLE="tasks",
            PAYLOAD_BUCKET="payloads",
            DISPATCH_QUEUE_URL=f"http://127.0.0.1:{self.port}/{ACCOUNT}/dispatch",
            MISSED_TASK_POLL_SECONDS="900",
        )


@contextmanager
def stub() -> Iterator[Endpoint]:
    """A stub for the length of a `with` block."""
    port = _free_port()
    command: list[str | Path] = [places.STUB_PYTHON, "-m", "benchmark.stub", str(port)]
    environment = {"PYTHONPATH": str(places.SOURCES), "PATH": os.defpath}
    with running("stub", command, environment) as process:
        endpoint = Endpoint(port=port, process=process)
        _wait_until_it_answers(endpoint)
        yield endpoint


def _wait_until_it_answers(endpoint: Endpoint) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        endpoint.process.must_run()
        try:
            socket.create_connection(("127.0.0.1", endpoint.port), 1).close()
        except ConnectionRefusedError as error:
            if time.monotonic() > end:
                raise StubFailed("the stub does not answer") from error
            time.sleep(0.02)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
