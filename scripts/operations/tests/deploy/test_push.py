"""`make push`: an image is pushed once, under a tag that stands for its content."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from operations.artifacts import images
from operations.deploy import environment, guard, push
from operations.errors import OperationError

REPOSITORY = "000000000000.dkr.ecr.eu-west-1.amazonaws.com/dispatch-dev/worker"


class Ecr:
    """A registry with these tags."""

    class exceptions:  # noqa: N801 (boto3's name)
        class RepositoryNotFoundException(Exception):
            pass

    def __init__(self, *tags: str, repository: str = "dispatch-dev/worker") -> None:
        self.tags, self.repository = tags, repository

    def client(self, service: str) -> "Ecr":
        assert service == "ecr"
        return self

    def describe_repositories(self, *, repositoryNames: list[str]) -> dict[str, Any]:  # noqa: N803
        if repositoryNames != [self.repository]:
            raise self.exceptions.RepositoryNotFoundException
        host = REPOSITORY.partition("/")[0]
        return {"repositories": [{"repositoryUri": f"{host}/{self.repository}"}]}

    def batch_get_image(self, *, repositoryName: str, imageIds: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        assert repositoryName == self.repository
        return {"images": [image for image in imageIds if image["imageTag"] in self.tags]}

    def get_authorization_token(self) -> dict[str, Any]:
        return {"authorizationData": [{"authorizationToken": base64.b64encode(b"AWS:secret").decode()}]}


def called(calls: Path, name: str) -> list[str]:
    return [line for line in calls.read_text().splitlines() if line.startswith(name)]


def account(monkeypatch: pytest.MonkeyPatch, ecr: Ecr) -> None:
    monkeypatch.setattr(guard, "check", environment.read)
    monkeypatch.setattr("boto3.Session", lambda **_: ecr)


def test_an_image_is_pushed_once(docker_calls: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account(monkeypatch, Ecr())
    address = push.push("dev", "")
    tag = images.build("").tag
    assert address == f"{REPOSITORY}:{tag}"
    assert len(called(docker_calls, "push")) == 1
    assert (checkout / "kept/password").read_text() == "secret"
    assert "secret" not in docker_calls.read_text()
    assert json.loads((checkout / "build/dev/images.json").read_text()) == {"worker": address}
    account(monkeypatch, Ecr(tag))
    assert push.push("dev", "") == address
    assert len(called(docker_calls, "push")) == 1


@pytest.mark.parametrize(
    ("name", "architecture", "built_for"),
    [
        ("worker", "X86_64", "amd64"),
        ("worker", "ARM64", "arm64"),
        # SageMaker trains on no other.
        ("training", "ARM64", "amd64"),
    ],
)
def test_an_image_is_for_the_processor_that_its_definition_names(
    docker_calls: Path,
    checkout: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    architecture: str,
    built_for: str,
) -> None:
    file = checkout / "terraform/environments/dev/terraform.tfvars"
    file.write_text(f'{file.read_text()}architecture = "{architecture}"\n')
    account(monkeypatch, Ecr(repository=f"dispatch-dev/{name}"))
    assert push.push("dev", "", name).endswith(f"-{built_for}")
    assert f"build --platform=linux/{built_for} " in docker_calls.read_text()


def test_an_image_for_another_processor_is_not_pushed(
    docker_calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account(monkeypatch, Ecr())
    monkeypatch.setenv("BUILT_FOR", "arm64")
    with pytest.raises(OperationError, match="worker was built for arm64, not for amd64"):
        push.push("dev", "")
    assert not called(docker_calls, "push")


@pytest.mark.parametrize(
    ("env", "problem"), [("local", "nothing to push"), ("dev", "make bootstrap ENV=dev")]
)
def test_a_push_without_a_registry_is_refused(
    docker_calls: Path, monkeypatch: pytest.MonkeyPatch, env: str, problem: str
) -> None:
    account(monkeypatch, Ecr(repository="other/worker"))
    with pytest.raises(OperationError, match=problem):
        push.push(env, "")
    assert not called(docker_calls, "push")
