"""Containers of the worker image, against a stub of AWS on this machine."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.unit.worker.container.aws_stub import AwsStub

ROOT = Path(__file__).resolve().parents[2]


class Container:
    """A container, running or ended."""

    def __init__(self, *arguments: str) -> None:
        self.id = docker("run", "--detach", *arguments).strip()

    def wait(self) -> int:
        """Wait for its end; return its exit code."""
        return int(docker("wait", self.id))

    def stop(self) -> int:
        """Stop it as ECS and Batch do; return its exit code."""
        docker("stop", "--time", "30", self.id)
        return self.wait()

    @property
    def logs(self) -> str:
        """stdout and stderr."""
        done = subprocess.run(["docker", "logs", self.id], capture_output=True, text=True, check=True)
        return done.stdout + done.stderr

    @property
    def description(self) -> str:
        """Everything that Docker reports about it."""
        return docker("inspect", self.id)

    @property
    def started_at(self) -> float:
        """When its first process started, in seconds since the epoch."""
        return datetime.fromisoformat(json.loads(self.description)[0]["State"]["StartedAt"]).timestamp()

    def remove(self) -> None:
        """Remove it and its volumes."""
        docker("rm", "--force", "--volumes", self.id)


def docker(*arguments: str) -> str:
    """Run docker; return its stdout."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def aws() -> Iterator[AwsStub]:
    with AwsStub() as stub:
        yield stub


@pytest.fixture
def run(aws: AwsStub) -> Iterator[Callable[..., Container]]:
    """Start a container with a command; `options` go to `docker run`."""
    image = json.loads((ROOT / "build/images.json").read_text())["worker"]
    containers = []

    def start(*command: str, options: tuple[str, ...] = (), **environment: str) -> Container:
        variables = {**aws.environment(), **environment}
        settings = [f"--env={name}={value}" for name, value in variables.items()]
        containers.append(Container("--network=host", *settings, *options, image, *command))
        return containers[-1]

    yield start
    for container in containers:
        container.remove()


def output_of(aws: AwsStub) -> Any:
    """The output of the task's success."""
    return json.loads(aws.sent("SendTaskSuccess")[-1]["output"])


@pytest.fixture
def until() -> Callable[..., None]:
    """Waits until a condition holds."""

    def wait(condition: Callable[[], object], seconds: float = 30.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"not within {seconds} s"
            time.sleep(0.05)

    return wait
