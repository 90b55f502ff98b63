"""Settings from the command line, and the clean environment that LocalStack gets from them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from localcloud.patches import WITHOUT_VARIABLE

DEFAULT_PORT = 4566
ID_VARIABLE = "LOCALCLOUD_ID"
# What LocalStack needs from the caller's environment; DOCKER_* says where a daemon answers.
_KEPT = ("PATH", "LANG", "TZ", WITHOUT_VARIABLE)
_KEPT_PREFIXES = ("DOCKER_", "LOCALCLOUD_")

_LOCALSTACK = {
    "DISABLE_EVENTS": "1",
    # A line for each request takes a twentieth of all time under load.
    "LS_LOG": "warning",
    "SKIP_SSL_CERT_DOWNLOAD": "1",
    "DNS_ADDRESS": "0",
    # The default gives a queue URL that does not resolve.
    "SQS_ENDPOINT_STRATEGY": "off",
    "LAMBDA_RUNTIME_EXECUTOR": "process",
    # A cold start takes a second, but a hundred at once on two cores take far longer.
    "LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT": "60",
    "LAMBDA_KEEPALIVE_MS": "300000",
    # Mappings long-poll, so they need no pause between polls.
    "LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC": "0",
    # LocalStack's services call one another without HTTP.
    "IN_MEMORY_CLIENT": "1",
    "PROVIDER_OVERRIDE_DYNAMODB": "moto",
    "PROVIDER_OVERRIDE_LAMBDA": "localcloud",
    "PROVIDER_OVERRIDE_LOGS": "localcloud",
    "PROVIDER_OVERRIDE_S3": "localcloud",
    "PROVIDER_OVERRIDE_STEPFUNCTIONS": "localcloud",
}


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where the cloud answers."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The endpoint URL for AWS clients."""
        return f"http://{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class StartSettings:
    """One start of the cloud. `extra` goes into LocalStack's environment unchanged."""

    state_dir: Path
    lambda_python: str
    address: Address
    timeout_seconds: float = 60.0
    extra: Mapping[str, str] = field(default_factory=dict)


def default_address(environment: Mapping[str, str]) -> Address:
    """Read LOCALSTACK_HOST (host or host:port) and EDGE_PORT as localstack-client does."""
    host, _, port = environment.get("LOCALSTACK_HOST", "").partition(":")
    return Address(
        host=host or "127.0.0.1",
        port=int(port or environment.get("EDGE_PORT") or DEFAULT_PORT),
    )


def localstack_environment(settings: StartSettings, cloud_id: str) -> dict[str, str]:
    """Return the complete environment of LocalStack's process."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT or name.startswith(_KEPT_PREFIXES)
    }
    listen = f"{settings.address.host}:{settings.address.port}"
    return {
        **kept,
        **_LOCALSTACK,
        "HOME": str(settings.state_dir / "data"),
        "TMPDIR": str(settings.state_dir / "tmp"),
        "FILESYSTEM_ROOT": str(settings.state_dir / "data"),
        "GATEWAY_LISTEN": listen,
        "LOCALSTACK_HOST": listen,
        "LOCALCLOUD_LAMBDA_PYTHON": settings.lambda_python,
        ID_VARIABLE: cloud_id,
        **settings.extra,
    }
