"""A cloud to break, and clients inside it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

import boto3
import pytest
from botocore.config import Config
from cloud import ROLE, Cloud
from command_line import Cli
from compute.conftest import make_ecs, start
from compute.resources import Ecs


@dataclass(frozen=True, kw_only=True)
class Breaker:
    """The endpoints that break the cloud, and clients with a role's credentials."""

    cloud: Cloud

    def call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Send one request; return status and document."""
        connection = HTTPConnection("127.0.0.1", self.cloud.cli.port, timeout=10)
        try:
            connection.request(method, f"/_localcloud/{path}", json.dumps(body or {}))
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def rule(self, service: str, operation: str, fault: str, **more: object) -> None:
        """Make this fault happen always, and no other."""
        rule = {"service": service, "operation": operation, "fault": fault, "probability": 1}
        status, answer = self.call("POST", "faults", {"rules": [{**rule, **more}]})
        assert status == 200, answer

    def injected(self) -> list[tuple[str, str, str, int]]:
        """Return the faults injected so far."""
        names = ("service", "operation", "fault", "times")
        return [
            tuple(item[name] for name in names)
            for item in self.call("GET", "faults")[1]["injected"]
        ]

    def kill(self, **request: object) -> list[str]:
        """Kill; return the names of the victims."""
        status, answer = self.call("POST", "kill", request)
        assert status == 200, answer
        return list(answer["killed"])

    def inside(self, service: str) -> Any:
        """Return a client with a role's credentials, like a function's, and no retries."""
        given = self.cloud.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="inside")
        return boto3.client(
            service,
            endpoint_url=self.cloud.url,
            region_name="us-east-1",
            aws_access_key_id=given["Credentials"]["AccessKeyId"],
            aws_secret_access_key=given["Credentials"]["SecretAccessKey"],
            aws_session_token=given["Credentials"]["SessionToken"],
            config=Config(retries={"max_attempts": 0}, read_timeout=30),
        )


@pytest.fixture(scope="session")
def cloud(make_cli: Callable[..., Cli], tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    """A cloud for these tests only, so that they break nothing else."""
    return start(make_cli, tmp_path_factory.mktemp("images") / "images.json")


@pytest.fixture(scope="session")
def ecs(cloud: Cloud) -> Ecs:
    """A cluster."""
    return make_ecs(cloud)


@pytest.fixture
def breaker(cloud: Cloud) -> Iterator[Breaker]:
    """Break the cloud, and repair it at the end."""
    made = Breaker(cloud=cloud)
    yield made
    assert made.call("DELETE", "faults")[0] == 200


@pytest.fixture
def inside(breaker: Breaker) -> Callable[[str], Any]:
    """Clients like those of code that runs in the cloud."""
    return breaker.inside
