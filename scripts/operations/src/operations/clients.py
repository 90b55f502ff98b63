"""boto3 clients for a deployed environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import boto3
from localstack_client.session import Session as LocalSession

if TYPE_CHECKING:
    from typing import Any

    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient

    from operations.outputs import Outputs


@dataclass(frozen=True, kw_only=True)
class Clients:
    logs: CloudWatchLogsClient
    s3: S3Client
    stepfunctions: SFNClient


def connect(outputs: Outputs) -> Clients:
    """Return clients for the account or local cloud that `outputs` came from."""
    session = session_for(outputs)
    return Clients(
        logs=session.client("logs"), s3=session.client("s3"), stepfunctions=session.client("stepfunctions")
    )


def session_for(outputs: Outputs) -> boto3.Session:
    """Return a session: boto3's or, for the local cloud, localstack-client's, which has the same methods."""
    if outputs.endpoint is None:
        return boto3.Session(region_name=outputs.region)
    if urlsplit(outputs.endpoint).scheme == "https":
        return cast("boto3.Session", EndpointSession(outputs.endpoint, outputs.region))
    local = LocalSession(
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 (every LocalStack accepts it)
        region_name=outputs.region,
        localstack_host=urlsplit(outputs.endpoint).netloc,
    )
    return cast("boto3.Session", local)


class EndpointSession:
    """Clients of another emulator, over TLS: boto3 trusts the certificate that AWS_CA_BUNDLE names.

    Not localstack-client's session, which speaks plain HTTP, or TLS without checking the certificate.
    """

    def __init__(self, endpoint: str, region: str) -> None:
        self._endpoint = endpoint
        self._session = boto3.Session(
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 (emulators take it for the account's root user)
            region_name=region,
        )

    def client(self, service: Any, **more: Any) -> Any:
        """Return boto3's client of a service, with boto3's arguments."""
        return self._session.client(service, endpoint_url=self._endpoint, **more)
