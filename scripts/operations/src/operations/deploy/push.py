"""`make push`: an image in an environment's registry, under a tag that never moves."""

from __future__ import annotations

import base64
import subprocess
from typing import TYPE_CHECKING, Any

import boto3

from operations import paths
from operations.artifacts import images
from operations.artifacts.tools import docker
from operations.deploy import guard
from operations.errors import OperationError
from operations.outputs import LOCAL

if TYPE_CHECKING:
    from operations.deploy.environment import Environment

PUSH_SECONDS = 900.0


def push(env: str, base: str, name: str = images.WORKER) -> str:
    """Build the image, push it to the environment's ECR repository and return its address there.

    It is built for the processor that its definition names, whatever machine this is.
    Tags there are immutable: an image that exists already is not pushed again.
    """
    if env == LOCAL:
        raise OperationError("the local cloud uses the images in this machine's Docker: nothing to push")
    settings = guard.check(env)
    client = boto3.Session(region_name=settings.region).client("ecr")
    repository = _repository(client, settings, name)
    image = images.build(base, name, settings.architecture_of(name))
    address = f"{repository}:{image.tag}"
    if not _is_pushed(client, repository, image.tag):
        _log_in(client, repository)
        docker("tag", image.reference, address)
        docker("push", "--quiet", address, seconds=PUSH_SECONDS)
    images.record(paths.images_file(env), image, address)
    print(address)
    return address


def _repository(client: Any, settings: Environment, name: str) -> str:
    try:
        found = client.describe_repositories(repositoryNames=[f"{settings.name}/{name}"])
    except client.exceptions.RepositoryNotFoundException:
        raise OperationError(
            f"there is no registry {settings.name}/{name} yet: run `make bootstrap ENV={settings.env}` first"
        ) from None
    return str(found["repositories"][0]["repositoryUri"])


def _is_pushed(client: Any, repository: str, tag: str) -> bool:
    name = repository.partition("/")[2]
    found = client.batch_get_image(repositoryName=name, imageIds=[{"imageTag": tag}])
    return bool(found["images"])


def _log_in(client: Any, repository: str) -> None:
    (data,) = client.get_authorization_token()["authorizationData"]
    user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    host = repository.partition("/")[0]
    command = ["docker", "login", "--username", user, "--password-stdin", host]
    # Through stdin: everybody on this machine can see arguments.
    done = subprocess.run(command, input=password, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OperationError(f"docker login at {host} failed", detail=done.stderr)
