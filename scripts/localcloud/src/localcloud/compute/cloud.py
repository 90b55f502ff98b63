"""The rest of the cloud as this package sees it: its clients, its event bus, its account."""

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

LOG = logging.getLogger(__name__)

# Who assumes the roles of tasks; Batch's jobs are ECS tasks too.
_PRINCIPAL = "ecs-tasks"
# The longest that STS gives; LocalStack lets credentials live on.
_HALF_A_DAY = 43_200

type Document = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """An account and a region."""

    account: str
    region: str

    def client(self, service: str, role: str | None = None, *, principal: str = _PRINCIPAL) -> Any:
        """A boto3 client for this cloud itself, which may do everything or what the role may.

        `principal` is the service that assumes the role, RoleError when it cannot.
        """
        if role is not None:
            with _assuming(role):
                return getattr(_acting_as(role, self.region, principal), service)
        factory = connect_to(aws_access_key_id=self.account, region_name=self.region)
        return getattr(factory, service)

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource here."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def container_environment(
        self, role: str | None, session: str, *, principal: str = _PRINCIPAL
    ) -> dict[str, str]:
        """What a container finds in its environment to reach this cloud, as its role.

        Without a role it has no credentials, as on AWS. `session` is what the role's session is
        called: the id of the task or job.
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
            made = sts.assume_role(**request)
        return {
            "AWS_ACCESS_KEY_ID": made["Credentials"]["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": made["Credentials"]["SecretAccessKey"],
            "AWS_SESSION_TOKEN": made["Credentials"]["SessionToken"],
        }

    def emit(self, source: str, detail_type: str, resources: Sequence[str], detail: Any) -> None:
        """Put an event on the default bus, as an AWS service does; a refused one is logged."""
        entry = {
            "Source": source,
            "DetailType": detail_type,
            "Resources": list(resources),
            "Detail": json.dumps(plain(detail)),
        }
        answer = self.client("events").put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            LOG.error("event %s refused: %s", detail_type, answer["Entries"])


class RoleError(Exception):
    """A role cannot be assumed; the text is the reason that ECS gives."""


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
    """Clients of a role. One for all its tasks: a client costs some 20 ms to make."""
    return connect_to.with_assumed_role(
        role_arn=role, service_principal=principal, session_name=principal, region_name=region
    )


def place_of(context: Any) -> Place:
    """Where a request came from."""
    return Place(context.account_id, context.region)


def now() -> datetime.datetime:
    """The time, as AWS gives it: to the millisecond."""
    time = datetime.datetime.now(datetime.UTC)
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def milliseconds(time: datetime.datetime) -> int:
    """Milliseconds since 1970, as Batch gives its times."""
    return round(time.timestamp() * 1000)


def plain(value: Any) -> Any:
    """The value with its times as text, as events hold them."""
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value


def pairs(items: Sequence[Mapping[str, str]] | None) -> dict[str, str]:
    """A list of name and value objects as a mapping."""
    return {item["name"]: item.get("value", "") for item in items or []}
