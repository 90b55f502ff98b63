"""Activities are removed or moved to another backend while their tasks are open: each ends as it would have.

Terraform changes or removes the description, then waits for the tasks, then destroys what their jobs need.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.integration.applied import Applied
from tests.integration.helpers import REMOVED, pack_function, refusals, wait_until

from operations import paths, process
from operations.executions import execution

JOB_SECONDS = 20
INIT_SECONDS = 300
REMOVED_KEYS = ("container", "job", "function")
RESULTS: Mapping[str, Any] = {
    "container": {"of": "container"},
    "job": {"of": "job"},
    "function": "slept",
    "moving": {"of": "moving"},
}


@dataclass(kw_only=True)
class Removed:
    """The stack, and what was asked of it."""

    applied: Applied
    client: Callable[[str], Any]
    seconds: dict[str, float] = field(default_factory=dict)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))

    def start(self, activity: str, seconds: float = JOB_SECONDS) -> str:
        """Start an execution whose job takes some seconds; return its ARN. Its machine makes no request."""
        outputs = self.applied.outputs()
        given: dict[str, Any] = {"sleep": seconds}
        if activity != "function":
            script = f"sleep {seconds}; echo '{json.dumps({'of': activity})}'"
            given = {"job": {"command": [str(paths.TASK_WORKER), "--", "sh", "-c", script]}}
        arn = execution.start(self.client("stepfunctions"), outputs["state_machines"][activity], given)
        body = json.dumps({"activity_arn": outputs["activities"][activity]})
        self.client("sqs").send_message(QueueUrl=outputs["dispatch_queue_url"], MessageBody=body)
        return arn

    def tasks(self) -> list[Mapping[str, str]]:
        """Return the open tasks' items."""
        items = self.client("dynamodb").scan(TableName=self.applied.outputs()["task_table"])["Items"]
        plain = [{key: str(*value.values()) for key, value in item.items()} for item in items]
        return [item for item in plain if "#" not in item["task_id"] and "poll_id" in item]

    def begin_apply(self, **variables: str) -> Future[None]:
        self.applied.terraform.variables.update(variables)
        return self._pool.submit(self._apply, " ".join(variables))

    def status(self, arn: str) -> str:
        return str(self.client("stepfunctions").describe_execution(executionArn=arn)["status"])

    def _apply(self, what: str) -> None:
        began = time.monotonic()
        code, _, errors = self.applied.terraform.apply(skip_plan=True, refresh=False, capture_output=True)
        self.seconds[what] = round(time.monotonic() - began, 1)
        assert code == 0, errors


@pytest.fixture(scope="module")
def removed(terraform, client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Removed]:
    package: Path = pack_function(tmp_path_factory.mktemp("removed") / "removed.zip")
    process.run([paths.TERRAFORM_INIT, REMOVED], timeout_seconds=INIT_SECONDS)
    applied = Applied(terraform(REMOVED, package=str(package)))
    applied.outputs()
    yield Removed(applied=applied, client=client)
    applied.destroy()


def test_tasks_of_removed_activities_end_as_they_would_have(removed: Removed, follow, capsys) -> None:
    arns = {key: removed.start(key) for key in REMOVED_KEYS}
    wait_until(lambda: len([task for task in removed.tasks() if "started_at" in task]) == len(arns))
    removed.begin_apply(removed="true").result()
    statuses = {key: removed.status(arn) for key, arn in arns.items()}
    with capsys.disabled():
        print(f"\nremoved: {removed.seconds}")
    assert set(statuses.values()) == {"SUCCEEDED"}, "the apply returned while a task was open"
    for key, arn in arns.items():
        ended = follow(arn)
        assert (ended.status, json.loads(ended.output or "null")) == ("SUCCEEDED", RESULTS[key]), ended.cause
    assert removed.tasks() == []


def test_a_moved_activity_s_tasks_end_where_they_began_and_new_ones_where_it_is(
    removed: Removed, follow, capsys
) -> None:
    # It is described as moved before what it leaves is destroyed: no task falls between.
    before = removed.start("moving")
    wait_until(lambda: any("started_at" in task for task in removed.tasks()))
    first = {task["task_id"]: task["backend"] for task in removed.tasks()}
    assert list(first.values()) == ["batch"]
    applying = removed.begin_apply(moved="true")
    meanwhile, backends = [], dict(first)
    while not applying.done():
        meanwhile.append(removed.start("moving", 2))
        backends |= {task["task_id"]: task["backend"] for task in removed.tasks()}
        wait_until(lambda: removed.status(meanwhile[-1]) != "RUNNING", seconds=60)
    applying.result()
    after = removed.start("moving", 2)
    for arn in (before, *meanwhile, after):
        ended = follow(arn)
        assert (ended.status, json.loads(ended.output or "null")) == ("SUCCEEDED", RESULTS["moving"]), (
            ended.cause
        )
    with capsys.disabled():
        print(f"\nmoved: {removed.seconds}, {len(meanwhile)} executions during the apply")
    definitions = removed.client("batch").describe_job_definitions(
        jobDefinitionName="removed-moving", status="ACTIVE"
    )
    assert definitions["jobDefinitions"] == []


def test_the_next_plan_is_empty(removed: Removed) -> None:
    # 2: it has changes.
    code, _, errors = removed.applied.terraform.plan(capture_output=True)
    assert code == 0, errors


def test_no_permission_was_missing(removed: Removed, running_cloud: str) -> None:
    assert [line for line in refusals(running_cloud) if "removed" in line] == []
