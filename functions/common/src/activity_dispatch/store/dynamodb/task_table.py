"""The task table in DynamoDB, one item for each task.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.limits import MAX_TABLE_INPUT_BYTES
from activity_dispatch.domain.polls import WAITING_PREFIX
from activity_dispatch.domain.tasks import OutcomeName, Task, TaskRecord, TaskState
from activity_dispatch.store.dynamodb.calls import items_of, updated
from activity_dispatch.store.dynamodb.items import (
    ACTIVITY,
    ACTIVITY_KEY_PREFIX,
    EXECUTIONS_INDEX,
    INDEX,
    new_item,
    overview_of,
    record_of,
)
from activity_dispatch.store.dynamodb.shared_puts import SharedPuts
from activity_dispatch.store.payloads import PayloadStore
from activity_dispatch.store.task_table import Overview

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SECONDS_A_DAY = 86_400
# So many of those that wait are looked at: enough for all dispatchers to find one each.
MAX_WAITING = 100
_OPEN = "attribute_exists(task_id) AND #state <> :settled"
_SETTLED: Mapping[str, Any] = {":settled": {"S": TaskState.SETTLED}}


@dataclass(frozen=True, kw_only=True)
class DynamoTaskTable:
    """Keeps the promises of `TaskTable`. Inputs over 256 KiB wait in the payload store instead."""

    client: "DynamoDBClient"
    name: str
    payloads: PayloadStore
    retention_days: int = 7
    clock: Callable[[], float] = time.time
    shared_puts: SharedPuts = field(init=False)

    def __post_init__(self) -> None:
        """Let the threads that use this table write new tasks together."""
        object.__setattr__(self, "shared_puts", SharedPuts(client=self.client, table=self.name))

    def add(self, task: Task, backend: str) -> None:
        """Write a task that was just taken off its activity as `starting`."""
        self.shared_puts.put(self._with_input(task, new_item(task, backend, self._now())))

    def park(self, task: Task, backend: str) -> bool:
        """Write a task as `waiting`; False if it was there already."""
        item = new_item(task, backend, self._now(), TaskState.WAITING)
        return self.shared_puts.put_alone(self._with_input(task, item))

    def _with_input(self, task: Task, item: dict[str, Any]) -> Mapping[str, Any]:
        if len(task.input.encode()) <= MAX_TABLE_INPUT_BYTES:
            item["input"] = {"S": task.input}
        else:
            item["input_s3_uri"] = {"S": self.payloads.put_input(task.task_id, task.input)}
        return item

    def unpark(self, task_id: str, poll_id: str, *, holds_slot: bool) -> bool:
        """Step from `waiting` to `starting`, in the name of a poll; False if the task has gone on already."""
        return self._update(
            task_id,
            "SET #state = :starting, starting_at = :now, poll_id = :poll, holds_slot = :holds",
            "#state = :waiting",
            {
                ":waiting": {"S": TaskState.WAITING},
                ":starting": {"S": TaskState.STARTING},
                ":now": {"N": self._now()},
                ":poll": {"S": poll_id},
                ":holds": {"BOOL": holds_slot},
            },
        )

    def record_started(self, task_id: str, job_id: str) -> bool:
        """Step from `starting` to `started`; False if the task has gone on already."""
        starting, started = {"S": TaskState.STARTING}, {"S": TaskState.STARTED}
        update = "SET job_id = :job, started_at = :now"
        values = {":job": {"S": job_id}, ":now": {"N": self._now()}}
        stepped = self._update(
            task_id,
            f"{update}, #state = :started",
            "#state = :starting",
            {":starting": starting, ":started": started, **values},
        )
        if not stepped:
            never = "attribute_exists(task_id) AND attribute_not_exists(job_id)"
            self._update(task_id, update, never, values)
        return stepped

    def record_restart(self, task_id: str, starting_at: float) -> bool:
        """Begin an interrupted start, seen to be of `starting_at`, again; False if somebody else did."""
        return self._update(
            task_id,
            "SET starting_at = :now",
            "#state = :starting AND starting_at = :seen",
            {
                ":starting": {"S": TaskState.STARTING},
                ":seen": {"N": f"{starting_at:.3f}"},
                ":now": {"N": self._now()},
            },
        )

    def claim(
        self, task_id: str, claimant: str, *, job_id: str | None = None, until: float | None = None
    ) -> bool:
        """Let one claimant process the task; False if another one does or the task is settled."""
        update = "SET claimed_by = :claimant, claimed_at = :now"
        values = {":claimant": {"S": claimant}, ":now": {"N": self._now()}, **_SETTLED}
        if job_id is not None:
            update += (
                ", #state = :started, job_id = if_not_exists(job_id, :job)"
                ", started_at = if_not_exists(started_at, :now)"
            )
            values |= {":started": {"S": TaskState.STARTED}, ":job": {"S": job_id}}
        if until is not None:
            update += ", claimed_until = :until"
            values |= {":until": {"N": f"{until:.3f}"}}
        return self._update(
            task_id,
            update,
            f"{_OPEN} AND (attribute_not_exists(claimed_by) OR claimed_by = :claimant)",
            values,
        )

    def record_progress(self, task_id: str, progress: str) -> bool:
        """Record how far the job is, in its own words; False if the task is settled."""
        return self._update(
            task_id,
            "SET progress = :progress, progress_at = :now",
            _OPEN,
            {":progress": {"S": progress}, ":now": {"N": self._now()}, **_SETTLED},
        )

    def record_settled(
        self, task_id: str, outcome: OutcomeName, error: str | None, *, closed: bool = False
    ) -> bool:
        """Record the one outcome and drop token and input; False if there was one already."""
        values: dict[str, Any] = {
            ":outcome": {"S": outcome},
            ":now": {"N": self._now()},
            ":expiry": {"N": str(int(self.clock()) + self.retention_days * SECONDS_A_DAY)},
            **_SETTLED,
        }
        set_error, condition = "", _OPEN
        if error is not None:
            set_error = ", #error = :error"
            values[":error"] = {"S": error}
        if outcome is not OutcomeName.CANCELLED:
            condition = "attribute_exists(task_id) AND (#state <> :settled OR outcome = :cancelled)"
            values[":cancelled"] = {"S": OutcomeName.CANCELLED}
        return self._update(
            task_id,
            f"SET #state = :settled, outcome = :outcome, settled_at = :now, expires_at = :expiry"
            f"{set_error} REMOVE #token, #input{', poll_id' if closed else ''}",
            condition,
            values,
        )

    def close(self, task_id: str) -> TaskRecord | None:
        """Record that a settled task's job has ended; None if it is not settled or was closed."""
        condition = "#state = :settled AND attribute_exists(poll_id)"
        item = self._updated(task_id, "REMOVE poll_id", condition, _SETTLED, returns="ALL_NEW")
        return None if item is None else record_of(item)

    def get(self, task_id: str) -> TaskRecord | None:
        """Return what is known of a task, None if there is no such task."""
        item = self._item(task_id)
        if item is None:
            return None
        record = record_of(item)
        if "input_s3_uri" in item and record.state is not TaskState.SETTLED:
            return replace(record, input=self.payloads.get(item["input_s3_uri"]["S"]))
        return record

    def is_settled(self, task_id: str) -> bool:
        """Tell whether the task has an outcome; may lag behind by a second."""
        item = self.client.get_item(
            TableName=self.name,
            Key={"task_id": {"S": task_id}},
            ProjectionExpression="#state",
            ExpressionAttributeNames={"#state": "state"},
        ).get("Item", {})
        return bool(item.get("state", {}).get("S") == TaskState.SETTLED)

    def of_poll(self, poll_id: str) -> TaskRecord | None:
        """Return the open task that a poll took, without its input; may lag behind by a second."""
        items = list(items_of(self.client, self.name, INDEX, {"poll_id": poll_id}))
        return record_of(items[0]) if items else None

    def waiting(self, activity_arn: str) -> Sequence[str]:
        """Return the ids of some tasks that are waiting, oldest first; may lag behind by a second."""
        items = islice(
            items_of(self.client, self.name, INDEX, {"poll_id": WAITING_PREFIX + activity_arn}), MAX_WAITING
        )
        oldest_first = sorted(items, key=lambda item: float(item["starting_at"]["N"]))
        return [item["task_id"]["S"] for item in oldest_first]

    def of_execution(self, execution_arn: str) -> Sequence[TaskRecord]:
        """Return the open tasks of an execution's callbacks; may lag behind by a second."""
        found = items_of(self.client, self.name, EXECUTIONS_INDEX, {"execution_arn": execution_arn})
        items = [self._item(item["task_id"]["S"]) for item in found]
        return [record_of(item) for item in items if item is not None and "poll_id" in item]

    def overview(self) -> Overview:
        """Return all that is open; may lag behind by a second."""
        return overview_of(items_of(self.client, self.name, INDEX))

    def activity(self, arn: str) -> Activity | None:
        """Return the description of an activity that this stack serves."""
        item = self._item(ACTIVITY_KEY_PREFIX + arn)
        return None if item is None else Activity.from_json(item["activity"]["S"])

    def served_activities(self) -> Sequence[Activity]:
        """Return the descriptions of all of them; may lag behind by a second."""
        return overview_of(items_of(self.client, self.name, INDEX, {"poll_id": ACTIVITY})).activities

    def _item(self, key: str) -> Mapping[str, Any] | None:
        response = self.client.get_item(TableName=self.name, Key={"task_id": {"S": key}}, ConsistentRead=True)
        return response.get("Item")

    def _update(self, task_id: str, update: str, condition: str, values: Mapping[str, Any]) -> bool:
        return self._updated(task_id, update, condition, values) is not None

    def _updated(
        self,
        task_id: str,
        update: str,
        condition: str,
        values: Mapping[str, Any],
        *,
        returns: Literal["NONE", "ALL_NEW"] = "NONE",
    ) -> Mapping[str, Any] | None:
        """Update an item, return what DynamoDB `returns` of it; None if the condition is not met."""
        return updated(self.client, self.name, task_id, update, values, condition, returns=returns)

    def _now(self) -> str:
        return f"{self.clock():.3f}"
