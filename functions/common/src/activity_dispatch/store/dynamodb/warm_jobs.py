"""Warm workers' jobs in DynamoDB."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from activity_dispatch.domain.tasks import OutcomeName, Task, TaskRecord, TaskState
from activity_dispatch.store.dynamodb.attributes import DESCRIPTION, POOL
from activity_dispatch.store.dynamodb.calls import update_item_if
from activity_dispatch.store.dynamodb.facts import facts_of
from activity_dispatch.store.dynamodb.inputs import put_input
from activity_dispatch.store.dynamodb.warm_items import job_of
from activity_dispatch.store.payloads import PayloadStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class DynamoWarmJobs:
    """Implements `WarmJobs` in the task table.

    Updates, not puts: a job's role may name some attributes only, and a put would replace all of them.
    """

    client: "DynamoDBClient"
    name: str
    payloads: PayloadStore
    retention_days: int = 7
    clock: Callable[[], float] = time.time  # seconds since 1970

    def linger(self, first: str, until: float, *, runs: str | None = None) -> bool:
        """Record that the job of a settled task runs on; return False if the job must end."""
        # The job's other tasks need its first one's record for as long as their own.
        values: dict[str, Any] = {
            ":until": {"N": f"{until:.3f}"},
            ":expiry": {"N": str(int(self.clock()) + self.retention_days * SECONDS_PER_DAY)},
            ":settled": {"S": TaskState.SETTLED},
            ":cancelled": {"S": OutcomeName.CANCELLED},
        }
        if runs is not None:
            values[":runs"] = {"S": runs}
        return self._update(
            first,
            f"SET claimed_until = :until, expires_at = :expiry{'' if runs is None else ', runs = :runs'}",
            "#state = :settled AND outcome <> :cancelled AND attribute_exists(poll_id)",
            values,
        )

    def add(self, task: Task, first: str, claimant: str | None) -> bool:
        """Write a task that a job took; return False if the table has it otherwise."""
        item: dict[str, Any] = {
            "state": {"S": TaskState.STARTING if claimant is None else TaskState.STARTED},
            "poll_id": {"S": task.poll_id},
            "token": {"S": task.token},
            "first": {"S": first},
            **facts_of(task),
        }
        if claimant is not None:
            item |= {"claimed_by": {"S": claimant}, "claimed_at": {"N": f"{self.clock():.3f}"}}
        put_input(self.payloads, task, item)
        sets = [f"{_ALIASES.get(name, name)} = :{name}" for name in item]
        return self._update(
            task.task_id,
            f"SET {', '.join(sets)}",
            "attribute_not_exists(task_id) OR (#first = :first AND poll_id = :poll_id)",
            {f":{name}": value for name, value in item.items()},
            first_of=task.activity_arn,
        )

    def adopt(self, record: TaskRecord, *, holds_slot: bool) -> bool:
        """Make a task that was given back one with a job of its own; return False if it has changed."""
        values: dict[str, Any] = {
            ":starting": {"S": TaskState.STARTING},
            ":first": {"S": record.job_of or ""},
            ":now": {"N": f"{self.clock():.3f}"},
            ":arn": {"S": record.activity_arn},
            ":backend": {"S": record.backend},
            ":heartbeat": {"N": str(record.heartbeat_seconds)},
            ":holds": {"BOOL": holds_slot},
        }
        described = ""
        if record.description is not None:
            described = f", {DESCRIPTION} = :description"
            values[":description"] = {"S": record.description}
        if record.pool is not None:
            described += f", {POOL} = :pool"
            values[":pool"] = {"S": record.pool}
        return self._update(
            record.task_id,
            "SET activity_arn = :arn, backend = :backend, heartbeat_seconds = :heartbeat"
            f", starting_at = :now, holds_slot = :holds{described} REMOVE #first",
            "#state = :starting AND #first = :first",
            values,
            first_of=record.activity_arn,
        )

    def _update(
        self,
        task_id: str,
        update: str,
        condition: str,
        values: Mapping[str, Any],
        *,
        first_of: str | None = None,
    ) -> bool:
        names = {} if first_of is None else {"#first": job_of(first_of)}
        call = (self.client, self.name, task_id, update, values, condition)
        return update_item_if(*call, names=names) is not None


_ALIASES = {name: f"#{name}" for name in ("state", "token", "input", "first")}
