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
        return {"repositories": [{"repositoryUri": REPOSITORY}]}

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
    ("env", "problem"), [("local", "nothing to push"), ("dev", "make bootstrap ENV=dev")]
)
def test_a_push_without_a_registry_is_refused(
    docker_calls: Path, monkeypatch: pytest.MonkeyPatch, env: str, problem: str
) -> None:
    account(monkeypatch, Ecr(repository="other/worker"))
    with pytest.raises(OperationError, match=problem):
        push.push(env, "")
    assert not called(docker_calls, "push")
