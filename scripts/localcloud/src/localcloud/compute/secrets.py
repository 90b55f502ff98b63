"""Secrets of containers: ECS reads them with the execution role before it starts anything.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html
"""

import json
from collections.abc import Sequence

from botocore.exceptions import ClientError

from localcloud.compute.cloud import Document, Place

_FAILED = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
    "retrieval failed: unable to retrieve"
)
_RETRIED = "service call has been retried 1 time(s)"
# A secret's ARN has seven parts, and then come key, stage and version.
_ARN_PARTS = 7


class SecretError(Exception):
    """A secret could not be read; the message is the reason that ECS gives."""


def environment(place: Place, secrets: Sequence[Document] | None, role: str | None) -> Document:
    """Return the variables of a container's secrets, read as the execution role."""
    return {item["name"]: _value(place, item["valueFrom"], role) for item in secrets or ()}


def _value(place: Place, reference: str, role: str | None) -> str:
    parts = reference.split(":")
    if parts[0] == "arn":
        place = Place(place.account, parts[3])
        if parts[2] == "secretsmanager":
            return _secret(place, parts, role)
    return _parameter(place, reference, role)


def _secret(place: Place, parts: list[str], role: str | None) -> str:
    arn = ":".join(parts[:_ARN_PARTS])
    key, stage, version = [*parts[_ARN_PARTS:], "", "", ""][:3]
    chosen = {"VersionStage": stage, "VersionId": version}
    given = {name: value for name, value in chosen.items() if value}
    problem = f"{_FAILED} secret from asm: {_RETRIED}"
    try:
        answer = place.client("secretsmanager", role).get_secret_value(SecretId=arn, **given)
    except ClientError as error:
        raise SecretError(
            f"{problem}: failed to fetch secret {arn} from secrets manager: {_said(error)}"
        ) from error
    text = str(answer["SecretString"])
    return _of_key(text, key, problem) if key else text


def _of_key(text: str, key: str, problem: str) -> str:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise SecretError(f"{problem}: secret is not in JSON, so it has no key {key}") from error
    if key not in document:
        raise SecretError(
            f"{problem}: retrieved secret from Secrets Manager did not contain json key {key}"
        )
    value = document[key]
    return value if isinstance(value, str) else json.dumps(value)


def _parameter(place: Place, name: str, role: str | None) -> str:
    problem = f"{_FAILED} secrets from ssm: {_RETRIED}"
    try:
        client = place.client("ssm", role)
        answer = client.get_parameters(Names=[name], WithDecryption=True)
    except ClientError as error:
        raise SecretError(f"{problem}: {_said(error)}") from error
    if not answer["Parameters"]:
        raise SecretError(f"{problem}: invalid ssm parameters: {name}")
    return str(answer["Parameters"][0]["Value"])


def _said(error: ClientError) -> str:
    said = error.response["Error"]
    return f"{said['Code']}: {said['Message']}"
