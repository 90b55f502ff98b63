"""The stack that is broken, and what the tests do with it."""

import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.integration.chaos.plan import POLL_SECONDS, Job
from tests.integration.helpers import ask_cloud

from activity_dispatch.domain.polls import poll_time
from activity_dispatch.domain.pool_texts import pool_of

UNFINISHED = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING")


@dataclass(kw_only=True)
class Chaos:
    """The stack, and what breaks it."""

    endpoint: str
    client: Callable[[str], Any]
    state_machines: Mapping[str, str]
    task_table: str
    # The backend that the activity of Batch jobs is moved to, as its description says it.
    batch_on_ecs: Mapping[str, Any]
    # Task ids by poll id. The history has the poll id too; a closed task no longer has it.
    task_of_poll: dict[str, str] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)
    forged: int = 0
    moved: int = 0
    # The most slots of the pool that were held at a time.
    pool_held: int = 0

    def call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        """Call an endpoint that only the local cloud has."""
        return ask_cloud(self.endpoint, path, method, body)

    def start(self, number: int, job: Job) -> str:
        started = self.client("stepfunctions").start_execution(
            stateMachineArn=self.state_machines[job.machine],
            name=f"chaos-{number}",
            input=json.dumps(job.given),
        )
        return str(started["executionArn"])

    def items(self) -> list[dict[str, Any]]:
        """Return all items of the task table, plain, and remember which poll took which task."""
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=self.task_table)
        items = [
            {key: next(iter(value.values())) for key, value in item.items()}
            for page in pages
            for item in page["Items"]
        ]
        used = [sum(holders(item).values()) for item in items if is_pool(item)]
        self.pool_held = max([self.pool_held, *used])
        self.task_of_poll |= {i["poll_id"]: i["task_id"] for i in items if is_task(i) and "poll_id" in i}
        return items

    def empty_spot(self, starts: int) -> None:
        """Spot has no room for the next starts."""
        self.call("POST", "ecs/shortage", {"tasks": starts, "provider": "FARGATE_SPOT"})

    def reconcile(self) -> None:
        """Start a pass, as EventBridge does each minute; it may be killed like everything else."""
        self.client("lambda").invoke(FunctionName="chaos-reconciler", InvocationType="Event")

    def forge(self, execution_arn: str) -> None:
        """Tell the reporter that an execution was aborted, which may be false."""
        detail = {"executionArn": execution_arn, "status": "ABORTED"}
        event = {"source": "aws.states", "detail-type": "forged", "detail": detail}
        payload = json.dumps(event)
        self.client("lambda").invoke(FunctionName="chaos-reporter", InvocationType="Event", Payload=payload)
        self.forged += 1

    def described(self, key: str) -> dict[str, Any]:
        """Return an activity's backend and its configuration."""
        activity = json.loads(self._description(key)["activity"])
        return {name: activity[name] for name in ("backend", "config")}

    def describe(self, key: str, backend: Mapping[str, Any]) -> None:
        """Give an activity this backend, as an apply does while its jobs run."""
        item = self._description(key)
        changed = json.dumps({**json.loads(item["activity"]), **backend})
        self.moved += changed != item["activity"]
        self.client("dynamodb").update_item(
            TableName=self.task_table,
            Key={"task_id": {"S": item["task_id"]}},
            UpdateExpression="SET activity = :changed",
            ExpressionAttributeValues={":changed": {"S": changed}},
        )

    def _description(self, key: str) -> dict[str, Any]:
        return next(item for item in self.items() if re.fullmatch(f"activity#arn:.*-{key}", item["task_id"]))

    def last_pass(self) -> Any:
        """Start a pass, wait for its end, and return its answer."""
        answer = self.client("lambda").invoke(FunctionName="chaos-reconciler")
        return {**json.load(answer["Payload"]), "error": answer.get("FunctionError")}

    def kill(self, chance: random.Random, request: Mapping[str, Any]) -> None:
        done = self.call("POST", "kill", {**request, "seed": chance.randrange(2**32)})
        self.killed[request.get("function", request["what"])] += len(done["killed"])

    def left_over(self) -> dict[str, Any]:
        """Return what must still go: open tasks, slots that no current poll holds, running jobs.

        A request that was delivered twice also waits for a slot, gets one and polls once more for no task.
        """
        items, ecs, batch = self.items(), self.client("ecs"), self.client("batch")
        found = {
            "open": [item["task_id"] for item in items if is_task(item) and "poll_id" in item],
            "slots": [
                holder
                for item in items
                for holder in holders(item)
                if time.time() - poll_time(holder) > POLL_SECONDS
            ],
            "tasks": ecs.list_tasks(cluster="chaos", desiredStatus="RUNNING")["taskArns"],
            "jobs": [
                job["jobId"]
                for status in UNFINISHED
                for job in batch.list_jobs(jobQueue="chaos", jobStatus=status)["jobSummaryList"]
            ],
        }
        return {name: what for name, what in found.items() if what}


def is_task(item: Mapping[str, Any]) -> bool:
    return "#" not in item["task_id"]


def is_pool(item: Mapping[str, Any]) -> bool:
    return str(item["task_id"]).startswith("pool#")


def holders(item: Mapping[str, Any]) -> Mapping[str, int]:
    """Return who holds slots of an activity or a pool, and how many each."""
    if is_pool(item):
        return {poll: share.weight for poll, share in pool_of(item["holders"]).held.items()}
    return {} if is_task(item) else dict.fromkeys(item.get("holders", ()), 1)
