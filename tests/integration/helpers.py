"""What several integration tests need."""

import json
import os
import subprocess
import threading
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from localstack_client.session import Session

from activity_dispatch_cli.execution import Ended
from operations import paths

FAULTY = Path(__file__).parent / "faulty"
CHAOS = Path(__file__).parent / "chaos"
CHANGED = Path(__file__).parent / "changed"
PROCESS = paths.ROOT / "build/zip/process.zip"


def pack_function(package: Path, more: Mapping[str, str] | None = None) -> Path:
    """Write a zip of the function that does as its input says, with the library, and with more files."""
    return pack(package, {"faulty.py": (FAULTY / "faulty.py").read_text(), **(more or {})})


def pack(package: Path, files: Mapping[str, str], library: Path = PROCESS) -> Path:
    """Write a zip of these files, the library and its dependencies, from a zip of function process."""
    with (
        zipfile.ZipFile(library) as built,
        zipfile.ZipFile(package, "w") as archive,
    ):
        for name in built.namelist():
            if not name.startswith("process"):
                archive.writestr(name, built.read(name))
        for name, text in files.items():
            archive.writestr(name, text)
    return package


# A test provokes Lambda's recursion detection with this function, which is in no loop.
STOPPED = "faulty-poller"


def clients_of(endpoint: str) -> Callable[[str], Any]:
    """Return a function that creates clients as localstack-client does, for a local cloud's address."""
    session = Session(
        localstack_host=endpoint.removeprefix("http://"),
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    clients: dict[str, Any] = {}
    # Threads may share clients, but must not create them at the same time.
    lock = threading.Lock()

    def get(service: str) -> Any:
        with lock:
            if service not in clients:
                clients[service] = session.client(service)
            return clients[service]

    return get


def documented(command: str, put: Mapping[str, str] | None = None, *, code: int = 0) -> str:
    """Run a command of the docs at the root, and return what it prints.

    `put` replaces the docs' placeholders. Fails unless the command ends with this code.
    """
    for placeholder, own in (put or {}).items():
        assert placeholder in command
        command = command.replace(placeholder, own)
    # With make's own variables, the command's make would think that it is part of this one.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=paths.ROOT,
        env=kept,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == code, done.stdout
    return done.stdout


def ask_cloud(endpoint: str, path: str, method: str = "GET", body: Mapping[str, object] | None = None) -> Any:
    """Call an endpoint that only the local cloud has; return its answer. Raises HTTPError."""
    data = None if method == "GET" else json.dumps(body or {}).encode()
    request = urllib.request.Request(f"{endpoint}/_localcloud/{path}", data, method=method)  # noqa: S310 (http only)
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.load(answer)


def permissions_of(endpoint: str) -> Any:
    """Return what the roles are granted and were refused; skip if the cloud does not enforce IAM."""
    try:
        return ask_cloud(endpoint, "iam/permissions")
    except urllib.error.HTTPError as error:
        pytest.skip(f"the cloud at {endpoint} does not enforce IAM: {error}")


def malformed_requests(endpoint: str) -> list[str]:
    """Return what the services' models did not allow; skip if the cloud does not check it."""
    try:
        return list(ask_cloud(endpoint, "malformed-requests"))
    except urllib.error.HTTPError as error:
        pytest.skip(f"the cloud at {endpoint} does not check requests: {error}")


def refusals(endpoint: str) -> list[str]:
    """Return each refusal since the cloud started: role, action, resource."""
    refused = permissions_of(endpoint)["refused"]
    return [f"{item['role']} {item['action']} {item['resource']}" for item in refused]


def dropped_functions(client: Callable[[str], Any]) -> list[str]:
    """The functions that Lambda did not invoke because it took them for a runaway loop, but STOPPED."""
    metrics = client("cloudwatch").list_metrics(
        Namespace="AWS/Lambda", MetricName="RecursiveInvocationsDropped"
    )["Metrics"]
    found = {dimension["Value"] for metric in metrics for dimension in metric["Dimensions"]}
    return sorted(found - {STOPPED})


def wait_until(condition: Callable[[], Any], seconds: float = 30, pause: float = 0.2) -> Any:
    """Return the condition's value once it is true, asked after each pause; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(pause)
    return found


def cause_of(ended: Ended) -> Any:
    """Return the cause of a failed execution, parsed from JSON."""
    assert ended.cause is not None
    return json.loads(ended.cause)
