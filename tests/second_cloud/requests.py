"""Requests in the name of a role, and whether IAM refuses them."""

from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.exceptions import ClientError

from operations.local import second_cloud

REFUSALS = {"AccessDenied", "AccessDeniedException"}
NOT_ALLOWED = "is not authorized to perform"
Client = Callable[[str], Any]


def as_role(client: Client, role: str) -> Client:
    """Clients with a role's credentials. Their endpoint comes from AWS_ENDPOINT_URL."""
    arn = client("iam").get_role(RoleName=role)["Role"]["Arn"]
    given = client("sts").assume_role(RoleArn=arn, RoleSessionName="second-cloud-test")["Credentials"]
    session: Any = boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name=second_cloud.REGION,
    )
    clients: dict[str, Any] = {}

    def get(service: str) -> Any:
        if service not in clients:
            clients[service] = session.client(service)
        return clients[service]

    return get


def answer(client: Client, call: str, parameters: Mapping[str, Any]) -> str:
    """Make a request; return "" or the error's code, which is "refused" if IAM says so."""
    service, _, method = call.partition(".")
    try:
        getattr(client(service), method)(**parameters)
    except ClientError as error:
        code = str(error.response["Error"]["Code"])
        if code not in REFUSALS:
            return code
        # The refusal must be about the caller's policies, not a resource's.
        return "refused" if NOT_ALLOWED in error.response["Error"]["Message"] else str(error)
    return ""


def filled(value: Any, names: Mapping[str, str]) -> Any:
    """Put names in place of {...}, in all texts."""
    if isinstance(value, str):
        return value.format_map(names)
    if isinstance(value, Mapping):
        return {key.format_map(names): filled(inner, names) for key, inner in value.items()}
    return [filled(inner, names) for inner in value] if isinstance(value, list) else value
