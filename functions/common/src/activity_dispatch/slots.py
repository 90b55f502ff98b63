"""Back-pressure: no more jobs of an activity at once than its `max_concurrent_jobs`.

A slot is held by a poll: it is reserved before the poll, so that no task is taken off the activity
that may not run, and belongs to the task that the poll brings until its job has ended. A request
that finds no free slot is counted as waiting, and becomes a new request when a slot is freed.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from activity_dispatch.aws_errors import ErrorKind, classify
from activity_dispatch.requests import DispatchRequest, RequestQueue
from activity_dispatch.task_items import SLOTS, SLOTS_KEY_PREFIX, slots_of
from activity_dispatch.task_table import SlotsRecord

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class SlotStore(Protocol):
    """Where slots are kept: one record for each activity, each change of it at once and whole."""

    def take(self, activity_arn: str, holder: str, limit: int) -> bool:
        """Add a holder; False if there are as many as `limit` already."""
        ...

    def give_back(self, activity_arn: str, holders: frozenset[str]) -> SlotsRecord:
        """Remove these holders, those that are there; return what is left."""
        ...

    def add_waiting(self, activity_arn: str) -> SlotsRecord:
        """Count one more waiting request; return what there is now."""
        ...

    def remove_waiting(self, activity_arn: str, count: int) -> bool:
        """Count so many waiting requests less; False if there are fewer."""
        ...

    def begin_missed_task_poll(self, activity_arn: str, now: float, seconds: int) -> bool:
        """Note that missed tasks are polled for now; False if that was done within the last `seconds`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Slots:
    """Reserves and frees slots, and wakes the requests that wait for one."""

    store: SlotStore
    queue: RequestQueue

    def reserve(self, activity_arn: str, poll_id: str, limit: int) -> bool:
        """Reserve a slot for a poll; if none is free, count a waiting request and return False."""
        while not self.store.take(activity_arn, poll_id, limit):
            record = self.store.add_waiting(activity_arn)
            if len(record.holders) >= limit:
                return False
            # Freed since, perhaps before the request was counted: whoever freed it saw none waiting.
            self.store.remove_waiting(activity_arn, 1)
        return True

    def free(self, activity_arn: str, poll_id: str) -> None:
        """Free the slot that a poll or its task holds, and wake a request. Doing it twice does no harm."""
        record = self.store.give_back(activity_arn, frozenset((poll_id,)))
        self.wake(activity_arn, min(1, record.waiting))

    def recount(self, record: SlotsRecord, *, leaked: frozenset[str], limit: int | None) -> None:
        """Free the slots of holders that are no more, and wake as many requests as can have a slot."""
        if leaked:
            record = self.store.give_back(record.activity_arn, leaked)
        room = record.waiting if limit is None else limit - len(record.holders)
        self.wake(record.activity_arn, min(room, record.waiting))

    def wake(self, activity_arn: str, count: int) -> None:
        """Make new requests of so many waiting ones.

        Sent before they are counted out: a crash in between makes requests that find no task, the
        other way round tasks would wait for nothing.
        """
        if count > 0:
            self.queue.send(DispatchRequest(activity_arn=activity_arn), count)
            self.store.remove_waiting(activity_arn, count)


@dataclass(frozen=True, kw_only=True)
class DynamoSlots:
    """The slots in the task table, an item for each activity.

    DynamoDB counts an item's whole size for each write: with 1,000 holders a write costs as much as
    17 small ones.
    """

    client: "DynamoDBClient"
    table: str

    def take(self, activity_arn: str, holder: str, limit: int) -> bool:
        """Add a holder; False if there are as many as `limit` already."""
        return self._update_if(
            activity_arn,
            "ADD holders :holder SET poll_id = :slots",
            "attribute_not_exists(holders) OR size(holders) < :limit",
            {":holder": {"SS": [holder]}, ":slots": {"S": SLOTS}, ":limit": {"N": str(limit)}},
        )

    def give_back(self, activity_arn: str, holders: frozenset[str]) -> SlotsRecord:
        """Remove these holders, those that are there; return what is left."""
        return self._update(
            activity_arn, "DELETE holders :holders", None, {":holders": {"SS": sorted(holders)}}
        )

    def begin_missed_task_poll(self, activity_arn: str, now: float, seconds: int) -> bool:
        """Note that missed tasks are polled for now; False if that was done within the last `seconds`."""
        return self._update_if(
            activity_arn,
            "SET looked_at = :now",
            "attribute_not_exists(looked_at) OR looked_at <= :before",
            {":now": {"N": f"{now:.3f}"}, ":before": {"N": f"{now - seconds:.3f}"}},
        )

    def add_waiting(self, activity_arn: str) -> SlotsRecord:
        """Count one more waiting request; return what there is now."""
        return self._update(
            activity_arn,
            "ADD waiting :one SET poll_id = :slots",
            None,
            {":one": {"N": "1"}, ":slots": {"S": SLOTS}},
        )

    def remove_waiting(self, activity_arn: str, count: int) -> bool:
        """Count so many waiting requests less; False if there are fewer."""
        return self._update_if(
            activity_arn,
            "ADD waiting :less",
            "waiting >= :count",
            {":less": {"N": str(-count)}, ":count": {"N": str(count)}},
        )

    def _update_if(self, activity_arn: str, update: str, condition: str, values: dict[str, Any]) -> bool:
        try:
            self._update(activity_arn, update, condition, values)
        except ClientError as error:
            if classify(error) is ErrorKind.CONDITION_FAILED:
                return False
            raise
        return True

    def _update(
        self, activity_arn: str, update: str, condition: str | None, values: dict[str, Any]
    ) -> SlotsRecord:
        conditions = {} if condition is None else {"ConditionExpression": condition}
        response = self.client.update_item(
            TableName=self.table,
            Key={"task_id": {"S": SLOTS_KEY_PREFIX + activity_arn}},
            UpdateExpression=update,
            ExpressionAttributeValues=values,
            ReturnValues="ALL_NEW",
            **conditions,  # type: ignore[arg-type]
        )
        return slots_of(response["Attributes"])
