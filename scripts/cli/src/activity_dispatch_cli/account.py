"""An account's region, or a local cloud."""

import functools
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast, override

import boto3
from botocore.config import Config
from botocore.exceptions import ProfileNotFound

from activity_dispatch.aws.clients import Clients
from activity_dispatch_cli.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

# Every emulator accepts it.
_LOCAL_CREDENTIAL = "test"
THREADS = 8


class SessionClients(Clients):
    """The library's clients, created by a session."""

    def __init__(self, session: boto3.Session, endpoint: str | None) -> None:
        """Create no client yet; `endpoint` is None on AWS."""
        super().__init__(threads=THREADS)
        self._boto3, self._endpoint = session, endpoint

    @property
    def ssm(self) -> "SSMClient":
        """For what stacks publish about themselves."""
        return cast("SSMClient", self._client("ssm"))

    @override
    def create(self, service: str, config: Config) -> object:
        make: Any = self._boto3.client
        return make(service, config=config, endpoint_url=self._endpoint)


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where to look for stacks. `endpoint` is None on AWS."""

    session: boto3.Session
    region: str
    endpoint: str | None = None

    @functools.cached_property
    def clients(self) -> SessionClients:
        """The clients, each created on first use."""
        return SessionClients(self.session, self.endpoint)

    @property
    def console_region(self) -> str | None:
        """The region for links into AWS's console, which a local cloud has not."""
        return self.region if self.endpoint is None else None


def connect(*, region: str | None = None, profile: str | None = None, endpoint: str | None = None) -> Account:
    """Return the account that the options, or else the environment and AWS's files, name.

    A local cloud that an option names gets made-up credentials, so that it never sees real ones. Raises
    CommandError.
    """
    keys = {"aws_access_key_id": _LOCAL_CREDENTIAL, "aws_secret_access_key": _LOCAL_CREDENTIAL}
    given: Any = keys if endpoint else {"profile_name": profile}
    try:
        # AWS's other tools read AWS_REGION, boto3 does not.
        session = boto3.Session(region_name=region or os.environ.get("AWS_REGION") or None, **given)
    except ProfileNotFound as error:
        raise CommandError(f"--profile: {error}") from None
    if session.region_name is None:
        raise CommandError("--region: not given, and neither AWS_REGION nor AWS's files say it")
    return Account(
        session=session,
        region=session.region_name,
        endpoint=endpoint or os.environ.get("AWS_ENDPOINT_URL") or None,
    )
