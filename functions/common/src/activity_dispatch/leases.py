"""A lease: of many invocations one does the work, and another takes over when it is gone."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from activity_dispatch.aws_errors import ErrorKind, classify

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY_PREFIX = "lease#"


@dataclass(frozen=True, kw_only=True)
class LeaseRecord:
    """Who holds a lease, and until when, in seconds since 1970; 0: it was given back."""

    holder: str
    held_until: float


class LeaseStore(Protocol):
    """Where leases are kept: one record for each, each change of it at once and whole."""

    def take(self, name: str, record: LeaseRecord, now: float) -> bool:
        """Write the record; False if another holder's lease has not ended by `now`."""
        ...

    def give_back(self, name: str, holder: str) -> bool:
        """End the holder's lease; False if another one holds it."""
        ...

    def look(self, name: str) -> LeaseRecord | None:
        """Return what was last written, None if nothing ever was."""
        ...


@dataclass(frozen=True, kw_only=True)
class Lease:
    """One claimant's view of a lease, which lasts for `seconds` and is renewed every `renew_seconds`."""

    store: LeaseStore
    name: str
    holder: str
    seconds: float = 20.0
    renew_seconds: float = 5.0
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def take(self) -> bool:
        """Take the lease or renew it; False if somebody else holds it."""
        now = self.clock()
        record = LeaseRecord(holder=self.holder, held_until=now + self.seconds)
        return self.store.take(self.name, record, now)

    def take_over(self) -> bool:
        """Take the lease, also from a holder that is gone; False if the holder is alive.

        It is watched for as long as it takes to see it renewed: whoever asks once a minute has the
        lease of a lost holder within that minute.
        """
        if self.take():
            return True
        seen = self.store.look(self.name)
        self.sleep(self.renew_seconds + 1.0)
        if self.take():
            return True
        if seen is None or self.store.look(self.name) != seen:
            return False
        self.sleep(max(0.0, seen.held_until - self.clock()))
        return self.take()

    def give_back(self) -> None:
        """End the lease, if it is held."""
        self.store.give_back(self.name, self.holder)

    def is_taken_by_another(self) -> bool:
        """Tell whether somebody else holds the lease now."""
        seen = self.store.look(self.name)
        return seen is not None and seen.holder != self.holder and seen.held_until > self.clock()


@dataclass(frozen=True, kw_only=True)
class DynamoLeases:
    """The leases in the task table, an item for each."""

    client: "DynamoDBClient"
    table: str

    def take(self, name: str, record: LeaseRecord, now: float) -> bool:
        """Write the record; False if another holder's lease has not ended by `now`."""
        return self._update(
            name,
            "attribute_not_exists(task_id) OR holder = :holder OR held_until <= :now",
            {":holder": {"S": record.holder}, ":until": _number(record.held_until), ":now": _number(now)},
        )

    def give_back(self, name: str, holder: str) -> bool:
        """End the holder's lease; False if another one holds it."""
        return self._update(name, "holder = :holder", {":holder": {"S": holder}, ":until": _number(0.0)})

    def look(self, name: str) -> LeaseRecord | None:
        """Return what was last written, None if nothing ever was."""
        key = {"task_id": {"S": KEY_PREFIX + name}}
        item = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        if item is None:
            return None
        return LeaseRecord(holder=item["holder"]["S"], held_until=float(item["held_until"]["N"]))

    def _update(self, name: str, condition: str, values: Mapping[str, Any]) -> bool:
        try:
            self.client.update_item(
                TableName=self.table,
                Key={"task_id": {"S": KEY_PREFIX + name}},
                UpdateExpression="SET holder = :holder, held_until = :until",
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            if classify(error) is ErrorKind.CONDITION_FAILED:
                return False
            raise
        return True


def _number(seconds: float) -> dict[str, str]:
    return {"N": f"{seconds:.3f}"}
