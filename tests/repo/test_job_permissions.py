"""The policies of jobs name exactly the attributes that workers write: more is a hole, less an error."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.repo import terraform

from activity_dispatch.domain.tasks import Origin, OutcomeName, Task
from activity_dispatch.store.dynamodb.slots import DynamoSlots
from activity_dispatch.store.dynamodb.task_table import DynamoTaskTable
from activity_dispatch.store.dynamodb.warm_jobs import DynamoWarmJobs
from activity_dispatch.store.payloads import PayloadStore

TASK = "0" * 32
WORDS = {"SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "if_not_exists", "size"}
WORDS |= {"attribute_exists", "attribute_not_exists"}


class Recorder:
    """Notes the attributes that updates name."""

    def __init__(self) -> None:
        self.named: set[str] = set()

    def update_item(self, **call: Any) -> dict[str, Any]:
        aliases = call.get("ExpressionAttributeNames", {})
        text = f"{call['UpdateExpression']} {call.get('ConditionExpression', '')}"
        found = set(re.findall(r"(?<![\w:])#?[a-zA-Z_]\w*", text)) - WORDS
        self.named |= {aliases.get(name, name) for name in found} | set(call["Key"])
        return {"Attributes": {"task_id": {"S": "slots#a"}}} if call["Key"]["task_id"]["S"] != TASK else {}


def _table(client: Any) -> DynamoTaskTable:
    return DynamoTaskTable(client=client, name="t", payloads=PayloadStore(client=lambda: None, bucket="b"))  # type: ignore[arg-type,return-value]


def _container(client: Any) -> DynamoTaskTable:
    """Make every update of a container's worker."""
    table = _table(client)
    table.claim(TASK, "ecs:1")
    table.record_progress(TASK, "half")
    table.record_settled(TASK, OutcomeName.FAILED, "Job.Failed")
    table.record_settled(TASK, OutcomeName.CANCELLED, None)
    return table


def _granted(root: Path, name: str) -> set[str]:
    expression = terraform.local_values(root / "terraform/modules/job-policy")[name]
    return set(terraform.strings(expression))


def test_a_container_may_write_what_its_worker_writes(root: Path) -> None:
    client = Recorder()
    _container(client)
    assert _granted(root, "job_attributes") == client.named


def test_a_function_may_write_what_its_worker_writes(root: Path) -> None:
    client = Recorder()
    table = _container(client)
    table.claim(TASK, "lambda:1/2", job_id="1", until=1.0)
    table.record_settled(TASK, OutcomeName.SUCCEEDED, None, closed=True)
    # It returns no attributes here: the update itself is what counts.
    client.update_item(
        Key={"task_id": {"S": TASK}},
        UpdateExpression="REMOVE poll_id",
        ConditionExpression="#state = :settled",
        ExpressionAttributeNames={"#state": "state"},
    )
    assert _granted(root, "job_attributes") | _granted(root, "worker_attributes") == client.named


def test_a_function_may_write_what_frees_a_slot(root: Path) -> None:
    client = Recorder()
    slots = DynamoSlots(client=client, table="t")  # type: ignore[arg-type]
    slots.give_back("a", frozenset({"0" * 16}))
    slots.remove_waiting("a", 1)
    assert _granted(root, "slot_attributes") == client.named


def test_a_warm_worker_may_write_what_it_takes(root: Path) -> None:
    client = Recorder()
    table = _container(client)
    table.record_settled(TASK, OutcomeName.SUCCEEDED, None, closed=True)
    jobs = DynamoWarmJobs(client=client, name="t", payloads=table.payloads)  # type: ignore[arg-type]
    jobs.linger(TASK, 1.0, runs=TASK)
    task = Task(activity_arn="a:activity:a", token="t", input="{}", heartbeat_seconds=1, poll_id="p")
    origin = Origin(state_name="Cut", attempt=0, entered_at="now")
    task = replace(task, execution_arn="e", origin=origin)
    jobs.add(task, TASK, "ecs:1")
    # Only with the name of its own activity in it, and an input that is too large for the table.
    own = {"job_of:a"}
    granted = _granted(root, "job_attributes") | _granted(root, "warm_attributes")
    assert {name for name in granted if "$" not in name} - {"input_s3_uri"} == client.named - own - {TASK}
