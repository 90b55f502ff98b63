"""Make moto's Batch look roles and instance profiles up in LocalStack's IAM: moto's is empty."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from moto.batch.models import BatchBackend
from moto.iam.exceptions import NotFoundException

from localcloud.compute.batch.configuration import SERVICE_LINKED_ROLE
from localcloud.compute.cloud import Document, Place


@dataclass(frozen=True)
class InstanceProfile:
    """The fields of an instance profile that moto's Batch reads."""

    arn: str
    name: str


class IamOfLocalStack:
    """The two methods of moto's IAM that its Batch calls."""

    def __init__(self, backend: Any) -> None:
        """Use the account and region of a Batch backend."""
        self._client = Place(backend.account_id, backend.region_name).client("iam")

    def get_role_by_arn(self, arn: str) -> Document:
        """Return the role, or raise moto's own error."""
        name = arn.rpartition("/")[2]
        if name == SERVICE_LINKED_ROLE:
            # AWS creates it on first use.
            return {"Arn": arn, "RoleName": name}
        try:
            role: Document = self._client.get_role(RoleName=name)["Role"]
        except ClientError as error:
            raise NotFoundException(str(error)) from error
        return role

    def get_instance_profiles(self) -> list[InstanceProfile]:
        """Return all instance profiles."""
        pages = self._client.get_paginator("list_instance_profiles").paginate()
        return [
            InstanceProfile(arn=item["Arn"], name=item["InstanceProfileName"])
            for page in pages
            for item in page["InstanceProfiles"]
        ]


def install() -> None:
    """Replace moto's IAM."""
    BatchBackend.iam_backend = property(IamOfLocalStack)
