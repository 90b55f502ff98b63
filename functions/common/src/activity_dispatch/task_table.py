"""The task table: each task from dispatch to outcome, one DynamoDB item each.

Every write is conditional on the state before it, so that no two processes both believe that they
made a step. Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from activity_dispatch.activities import Activity
from activity_dispatch.aws_errors import ErrorKind, classify
from activity_dispatch.limits import MAX_TABLE_INPUT_BYTES
from activity_dispatch.payloads import PayloadStore
from activity_dispatch.tasks import OutcomeName, Task, TaskRecord, TaskState

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SECONDS_A_DAY = 86_400
ACTIVITY_KEY_PREFIX = "activity#"


class TaskTable(Protocol):
    """What the dispatcher, workers, reporter and reconciler ask of the task table."""

    def add(self, task: Task, backend: str) -> bool:
        """Write a task as `starting`; False if it was there already."""
        ...

    def record_started(self, task_id: str, job_id: str) -> bool:
        """Step from `starting` to `started`; False if the task has gone on already."""
        ...

    def claim(self, task_id: str, claimant: str) -> bool:
        """Let one claimant process the task; False if another one does or the task is settled."""
        ...

    def record_progress(self, task_id: str, progress: str) -> bool:
        """Record how far the job is, in its own words; False if the task is settled."""
        ...

    def record_settled(self, task_id: str, outcome: OutcomeName, error: str | None) -> bool:
        """Record the one outcome and drop token and input; False if there was one already."""
        ...

    def get(self, task_id: str) -> TaskRecord | None:
        """Return what is known of a task, None if there is no such task."""
        ...

    def activity(self, arn: str) -> Activity | None:
        """Return the description of an activity that this stack serves."""
        ...


@dataclass(frozen=True, kw_only=True)
class DynamoTaskTable:
    """The task table in DynamoDB. Inputs over 256 KiB wait in the payload store instead."""

    client: "DynamoDBClient"
    name: str
    payloads: PayloadStore
    retention_days: int = 7
    clock: Callable[[], float] = time.time

    def add(self, task: Task, backend: str) -> bool:
        """Write a task as `starting`; False if it was there already."""
        item: dict[str, Any] = {
            "task_id": {"S": task.task_id},
            "state": {"S": TaskState.STARTING},
            "activity_arn": {"S": task.activity_arn},
            "backend": {"S": backend},
            "token": {"S": task.token},
            "heartbeat_seconds": {"N": str(task.heartbeat_seconds)},
            "starting_at": {"N": self._now()},
        }
        if len(task.input.encode()) <= MAX_TABLE_INPUT_BYTES:
            item["input"] = {"S": task.input}
        else:
            item["input_s3_uri"] = {"S": self.payloads.put_input(task.task_id, task.input)}
        return _applied(
            lambda: self.client.put_item(
                TableName=self.name,
                Item=item,
                ConditionExpression="attribute_not_exists(task_id)",
            )
        )

    def record_started(self, task_id: str, job_id: str) -> bool:
        """Step from `starting` to `started`; False if the task has gone on already."""
        return self._update(
            task_id,
            "SET #state = :started, job_id = :job, started_at = :now",
            "#state = :starting",
            {
                ":starting": {"S": TaskState.STARTING},
                ":started": {"S": TaskState.STARTED},
                ":job": {"S": job_id},
                ":now": {"N": self._now()},
            },
        )

    def claim(self, task_id: str, claimant: str) -> bool:
        """Let one claimant process the task; False if another one does or the task is settled."""
        return self._update(
            task_id,
            "SET claimed_by = :claimant, claimed_at = :now",
            "attribute_exists(task_id) AND #state <> :settled AND "
            "(attribute_not_exists(claimed_by) OR claimed_by = :claimant)",
            {
                ":claimant": {"S": claimant},
                ":settled": {"S": TaskState.SETTLED},
                ":now": {"N": self._now()},
            },
        )

    def record_progress(self, task_id: str, progress: str) -> bool:
        """Record how far the job is, in its own words; False if the task is settled."""
        return self._update(
            task_id,
            "SET progress = :progress, progress_at = :now",
            "attribute_exists(task_id) AND #state <> :settled",
            {
                ":progress": {"S": progress},
                ":settled": {"S": TaskState.SETTLED},
                ":now": {"N": self._now()},
            },
        )

    def record_settled(self, task_id: str, outcome: OutcomeName, error: str | None) -> bool:
        """Record the one outcome and drop token and input; False if there was one already."""
        set_error, values = ("", {}) if error is None else (", #error = :error", {":error": error})
        return self._update(
            task_id,
            f"SET #state = :settled, outcome = :outcome, settled_at = :now, expires_at = :expiry"
            f"{set_error} REMOVE #token, #input",
            "attribute_exists(task_id) AND #state <> :settled",
            {
                ":settled": {"S": TaskState.SETTLED},
                ":outcome": {"S": outcome},
                ":now": {"N": self._now()},
                ":expiry": {"N": str(int(self.clock()) + self.retention_days * SECONDS_A_DAY)},
                **{key: {"S": value} for key, value in values.items()},
            },
        )

    def get(self, task_id: str) -> TaskRecord | None:
        """Return what is known of a task, None if there is no such task."""
        item = self._item(task_id)
        if item is None:
            return None
        text = {key: next(iter(value.values())) for key, value in item.items()}
        if "input_s3_uri" in text and text["state"] != TaskState.SETTLED:
            text["input"] = self.payloads.get(text["input_s3_uri"])
        outcome = text.get("outcome")
        return TaskRecord(
            task_id=task_id,
            activity_arn=text["activity_arn"],
            backend=text["backend"],
            state=TaskState(text["state"]),
            heartbeat_seconds=int(text["heartbeat_seconds"]),
            token=text.get("token"),
            input=text.get("input"),
            job_id=text.get("job_id"),
            claimed_by=text.get("claimed_by"),
            progress=text.get("progress"),
            outcome=OutcomeName(outcome) if outcome else None,
            error=text.get("error"),
        )

    def activity(self, arn: str) -> Activity | None:
        """Return the description of an activity that this stack serves."""
        item = self._item(ACTIVITY_KEY_PREFIX + arn)
        return None if item is None else Activity.from_json(item["activity"]["S"])

    def _item(self, key: str) -> Mapping[str, Any] | None:
        response = self.client.get_item(TableName=self.name, Key={"task_id": {"S": key}}, ConsistentRead=True)
        return response.get("Item")

    def _update(self, task_id: str, update: str, condition: str, values: dict[str, Any]) -> bool:
        # Reserved words of DynamoDB; only those that the expressions use may be passed.
        names = {f"#{word}": word for word in ("state", "error", "token", "input")}
        return _applied(
            lambda: self.client.update_item(
                TableName=self.name,
                Key={"task_id": {"S": task_id}},
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeNames={
                    key: word for key, word in names.items() if key in update + condition
                },
                ExpressionAttributeValues=values,
            )
        )

    def _now(self) -> str:
        return f"{self.clock():.3f}"


def _applied(write: Callable[[], object]) -> bool:
    try:
        write()
    except ClientError as error:
        if classify(error) is ErrorKind.CONDITION_FAILED:
            return False
        raise
    return True
