"""The task table in DynamoDB, with one item per task.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.attempts import Attempt
from activity_dispatch.domain.naming import Stack
from activity_dispatch.domain.polls import parked
from activity_dispatch.domain.shares import UNSHARED
from activity_dispatch.domain.tasks import OutcomeName, Task, TaskRecord, TaskState
from activity_dispatch.store.dynamodb.attempts import (
    begin_attempt,
    move_on,
    record_restart,
    record_started,
    unclaimed,
)
from activity_dispatch.store.dynamodb.attributes import (
    ACTIVITY,
    ACTIVITY_KEY_PREFIX,
    DESCRIPTION,
    EXECUTIONS_INDEX,
    INDEX,
)
from activity_dispatch.store.dynamodb.calls import index_items, update_item_if
from activity_dispatch.store.dynamodb.inputs import get_input, put_input
from activity_dispatch.store.dynamodb.items import activity_of, new_item, overview_of, record_of, records_of
from activity_dispatch.store.dynamodb.kept_descriptions import get_description, put_description
from activity_dispatch.store.dynamodb.shared_puts import SharedPuts
from activity_dispatch.store.dynamodb.warm_items import all_whole, whole
from activity_dispatch.store.payloads import PayloadStore
from activity_dispatch.store.task_table import Overview

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SECONDS_PER_DAY = 86_400
MAX_WAITING = 100  # that are read: enough for each dispatcher to find one
_OPEN = "attribute_exists(task_id) AND #state <> :settled"
_UNCLOSED = "#state = :settled AND attribute_exists(poll_id)"
_SETTLED: Mapping[str, Any] = {":settled": {"S": TaskState.SETTLED}}


@dataclass(frozen=True, kw_only=True)
class DynamoTaskTable:
    """Implements `TaskTable`. Inputs over 256 KiB go to `payloads`; with `stack`, descriptions are judged."""

    client: "DynamoDBClient"
    name: str
    payloads: PayloadStore
    retention_days: int = 7
    stack: Stack | None = None
    clock: Callable[[], float] = time.time  # seconds since 1970
    shared_puts: SharedPuts = field(init=False)

    def __post_init__(self) -> None:
        """Let all threads that use this table share writes of new tasks."""
        object.__setattr__(self, "shared_puts", SharedPuts(client=self.client, table=self.name))

    def add(self, task: Task, backend: str) -> None:
        """Write a task just taken from its activity as `starting`."""
        self.shared_puts.put(put_input(self.payloads, task, new_item(task, backend, self._now())))

    def park(self, task: Task, backend: str) -> bool:
        """Write a task as `waiting`; return False if it exists."""
        item = new_item(task, backend, self._now(), TaskState.WAITING)
        return self.shared_puts.put_alone(put_input(self.payloads, task, item))

    def unpark(
        self, task_id: str, poll_id: str, *, holds_slot: bool, description: str, pool: str | None = None
    ) -> bool:
        """Move from `waiting` to `starting`, under a poll's id; return False if another poll has the task."""
        return self._update(
            task_id,
            "SET #state = :starting, starting_at = :now, poll_id = :poll, holds_slot = :holds"
            f", {DESCRIPTION} = :description" + (", holders = :pool" if pool else ""),
            # Only this writes `holds_slot`, and no job may: a job that makes its task `waiting` again gets no
            # second job.
            "(#state = :waiting AND attribute_not_exists(holds_slot))"
            " OR (#state = :starting AND poll_id = :poll)",
            {
                ":description": {"S": description},
                ":waiting": {"S": TaskState.WAITING},
                ":starting": {"S": TaskState.STARTING},
                ":now": {"N": self._now()},
                ":poll": {"S": poll_id},
                ":holds": {"BOOL": holds_slot},
                **({":pool": {"S": pool}} if pool else {}),
            },
        )

    def record_started(self, task_id: str, job_id: str, *, link: str | None = None) -> bool:
        """Move from `starting` to `started`; return False if it is neither `starting` nor this job's."""
        return record_started(self._update, task_id, job_id, self._now(), link)

    def move_on(self, record: TaskRecord, backend: str, attempts: Sequence[Attempt], *, by: str) -> bool:
        """Move an open task to its next attempt; return False if it has changed since `record`."""
        return move_on(self._update, record, backend, attempts, now=self._now(), by=by)

    def begin_attempt(self, record: TaskRecord, *, by: str) -> bool:
        """Take the start of the attempt that `move_on` recorded; return False if another process has it."""
        return begin_attempt(self._update, record, now=self._now(), by=by)

    def record_restart(self, task_id: str, starting_at: float, *, number: int, by: str) -> bool:
        """Record the `number`-th restart; return False if the task has changed since `starting_at`."""
        return record_restart(self._update, task_id, starting_at, number, now=self._now(), by=by)

    def claim(
        self,
        task_id: str,
        claimant: str,
        *,
        job_id: str | None = None,
        until: float | None = None,
        attempt: int = 1,
    ) -> bool:
        """Let one claimant process the task; return False if another one does or the task is settled."""
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
        is_free, held = unclaimed(attempt)
        return self._update(
            task_id, update, f"{_OPEN} AND ({is_free} OR claimed_by = :claimant)", values | held
        )

    def record_progress(self, task_id: str, progress: str) -> bool:
        """Record how far the job is, as it reports it; return False if the task is settled."""
        return self._update(
            task_id,
            "SET progress = :progress, progress_at = :now",
            _OPEN,
            {":progress": {"S": progress}, ":now": {"N": self._now()}, **_SETTLED},
        )

    def record_settled(
        self, task_id: str, outcome: OutcomeName, error: str | None, *, closed: bool = False
    ) -> bool:
        """Record the one outcome, remove token and input; return False if there already is an outcome."""
        values: dict[str, Any] = {
            ":outcome": {"S": outcome},
            ":now": {"N": self._now()},
            ":expiry": {"N": str(int(self.clock()) + self.retention_days * SECONDS_PER_DAY)},
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
        """Record that a settled task's job has ended; return None if it is not settled or is closed."""
        call = (self.client, self.name, task_id, "REMOVE poll_id", _SETTLED, _UNCLOSED)
        item = update_item_if(*call, returns="ALL_NEW")
        return None if item is None else record_of(whole(item, self._item))

    def record_ended(self, task_id: str) -> bool:
        """Record that a settled task's worker has ended; return False if it is not settled or is closed."""
        # One attribute becomes the other, so that no clocks are compared.
        return self._update(task_id, "SET claimed_until = settled_at", _UNCLOSED, _SETTLED)

    def get(self, task_id: str, *, with_input: bool = True) -> TaskRecord | None:
        """Return a task's record, None if there is no such task."""
        item = self._item(task_id)
        if item is None:
            return None
        record = record_of(whole(item, self._item))
        return get_input(self.payloads, record, item) if with_input else replace(record, input=None)

    def is_settled(self, task_id: str) -> bool:
        """Return whether the task has an outcome; may lag behind by a second."""
        wanted: Any = {"TableName": self.name, "Key": {"task_id": {"S": task_id}}}
        wanted |= {"ProjectionExpression": "#state", "ExpressionAttributeNames": {"#state": "state"}}
        item = self.client.get_item(**wanted).get("Item", {})
        return bool(item.get("state", {}).get("S") == TaskState.SETTLED)

    def of_poll(self, poll_id: str) -> TaskRecord | None:
        """Return the open task that a poll took, without its input; may lag behind by a second."""
        items = index_items(self.client, self.name, INDEX, {"poll_id": poll_id})
        return next(records_of(all_whole(items, self._item)), None)

    def waiting(self, activity_arn: str, bucket: str = UNSHARED) -> Sequence[str]:
        """Return the ids of some waiting tasks, oldest first; may lag behind by a second."""
        items = index_items(self.client, self.name, INDEX, {"poll_id": parked(activity_arn, bucket)})
        records = islice(records_of(items), MAX_WAITING)  # cut after the check: invalid ones crowd out none
        return [record.task_id for record in sorted(records, key=lambda record: record.starting_at)]

    def of_execution(self, execution_arn: str) -> Iterable[str]:
        """Return the ids of the tasks whose execution is known to be this one; may lag by a second."""
        keys = index_items(self.client, self.name, EXECUTIONS_INDEX, {"execution_arn": execution_arn})
        return (key["task_id"]["S"] for key in keys)

    def overview(self) -> Overview:
        """Return all open tasks, slots and activities; may lag behind by a second."""
        return overview_of(all_whole(index_items(self.client, self.name, INDEX), self._item), self.stack)

    def activity(self, arn: str) -> Activity | None:
        """Return an activity's description, None if the stack does not serve it. Raises InvalidActivity."""
        item = self._item(ACTIVITY_KEY_PREFIX + arn)
        return None if item is None else activity_of(item, self.stack)

    def keep_description(self, activity: Activity) -> None:
        """Keep a description for the tasks that are started with it from now on."""
        put_description(self.client, self.name, activity, self.clock(), self.retention_days * SECONDS_PER_DAY)

    def description(self, fingerprint: str) -> Activity | None:
        """Return a kept description, None if there is none. Raises InvalidActivity."""
        return get_description(self.client, self.name, fingerprint)

    def served_activities(self) -> Sequence[Activity]:
        """Return all served activities' descriptions, without invalid ones; may lag behind by a second."""
        items = index_items(self.client, self.name, INDEX, {"poll_id": ACTIVITY})
        return overview_of(items, self.stack).activities

    def _item(self, key: str) -> Mapping[str, Any] | None:
        call: Any = {"TableName": self.name, "Key": {"task_id": {"S": key}}, "ConsistentRead": True}
        return self.client.get_item(**call).get("Item")

    def _update(self, task_id: str, update: str, condition: str, values: Mapping[str, Any]) -> bool:
        return update_item_if(self.client, self.name, task_id, update, values, condition) is not None

    def _now(self) -> str:
        return f"{self.clock():.3f}"
