"""What this package uses of the rest of the cloud: clients, the event bus, the account."""

import datetime
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to

from localcloud.compute.configuration import configuration
from localcloud.compute.event_fields import FIELDS, shown

LOG = logging.getLogger(__name__)

# The service that assumes the roles of tasks; Batch's jobs are ECS tasks too.
_PRINCIPAL = "ecs-tasks"
# The longest that STS allows; LocalStack never expires credentials.
_HALF_A_DAY = 43_200

type Document = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """An account and a region."""

    account: str
    region: str

    def client(self, service: str, role: str | None = None, *, principal: str = _PRINCIPAL) -> Any:
        """Return a boto3 client for this cloud, limited to what the role may do, if given.

        `principal` is the service that assumes the role; RoleError if it cannot.
        """
        if role is not None:
            with _assuming(role):
                return getattr(_acting_as(role, self.region, principal), service)
        factory = connect_to(aws_access_key_id=self.account, region_name=self.region)
        return getattr(factory, service)

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource in this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def container_environment(
        self, role: str | None, session: str, *, principal: str = _PRINCIPAL
    ) -> dict[str, str]:
        """Return the environment variables with which a container reaches this cloud as its role.

        Without a role it has no credentials, as on AWS. `session` names the role's session: the
        id of the task or job.
        """
        return {
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ENDPOINT_URL": configuration().endpoint,
            **(self._credentials(role, session, principal) if role else {}),
        }

    def _credentials(self, role: str, session: str, principal: str) -> dict[str, str]:
        sts = self.client("sts").request_metadata(service_principal=principal)
        request = {"RoleArn": role, "RoleSessionName": session, "DurationSeconds": _HALF_A_DAY}
        with _assuming(role):
            answer = sts.assume_role(**request)
        return {
            "AWS_ACCESS_KEY_ID": answer["Credentials"]["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": answer["Credentials"]["SecretAccessKey"],
            "AWS_SESSION_TOKEN": answer["Credentials"]["SessionToken"],
        }

    def emit(self, source: str, detail_type: str, resources: Sequence[str], detail: Any) -> None:
        """Put an event on the default bus, as an AWS service does; a refused one is logged.

        Of `detail`, what the service describes, it has the fields that AWS publishes.
        """
        entry = {
            "Source": source,
            "DetailType": detail_type,
            "Resources": list(resources),
            "Detail": json.dumps(plain(shown(FIELDS[detail_type], detail))),
        }
        answer = self.client("events").put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            LOG.error("event %s refused: %s", detail_type, answer["Entries"])


class RoleError(Exception):
    """A role cannot be assumed; the message is the reason that ECS gives."""


@contextmanager
def _assuming(role: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise RoleError(
            f"ECS was unable to assume the role '{role}' that was provided for this task. Please "
            "verify that the role being passed has the proper trust relationship and permissions "
            "and that your IAM user has permissions to pass this role."
        ) from error


@cache
def _acting_as(role: str, region: str, principal: str) -> Any:
    """Return a role's client factory, cached because each client takes some 20 ms to create."""
    return connect_to.with_assumed_role(
        role_arn=role, service_principal=principal, session_name=principal, region_name=region
    )


def place_of(context: Any) -> Place:
    """Return the account and region of a request."""
    return Place(context.account_id, context.region)


def now() -> datetime.datetime:
    """Return the current time to the millisecond, as AWS does."""
    time = datetime.datetime.now(datetime.UTC)
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def milliseconds(time: datetime.datetime) -> int:
    """Convert to milliseconds since 1970, Batch's format."""
    return round(time.timestamp() * 1000)


def plain(value: Any) -> Any:
    """Return the value with its times as text, as in events."""
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value


def pairs(items: Sequence[Mapping[str, str]] | None) -> dict[str, str]:
    """Convert a list of name and value objects to a mapping."""
    return {item["name"]: item.get("value", "") for item in items or []}
