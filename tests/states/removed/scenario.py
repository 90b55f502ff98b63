"""Activities are removed or moved to another backend while their tasks are open."""

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.integration.applied import Applied
from tests.integration.helpers import wait_until

from activity_dispatch_cli import execution
from activity_dispatch_cli.execution import Ended
from operations import paths

# Jobs end this long after the description is gone. A destroy that does not wait has taken their roles then.
STILL_OPEN_SECONDS = 20
# Until Terraform has planned and is at the descriptions.
APPLY_SECONDS = 240
# Between new tasks during an apply.
NEWCOMER_SECONDS = 2
REMOVED_KEYS = ("container", "job", "function")
RESULTS: Mapping[str, Any] = {
    "container": {"of": "container"},
    "job": {"of": "job"},
    "function": "open",
    "moving": {"of": "moving"},
}


@dataclass(kw_only=True)
class Removed:
    """The stack, and what was asked of it. `folder` has the files that jobs wait for."""

    applied: Applied
    client: Callable[[str], Any]
    follow: Callable[[str], Ended]
    folder: Path
    seconds: dict[str, float] = field(default_factory=dict)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))

    def start(self, activity: str, gate: Path | None = None) -> str:
        """Start an execution whose job waits for the gate; return its ARN. No machine sends requests."""
        outputs = self.applied.outputs()
        given: dict[str, Any] = {"needs_file": str(gate), "after": str(gate)}
        if activity != "function":
            wait = f"until [ -e {gate} ]; do sleep 0.2; done; " if gate else ""
            script = f"{wait}echo '{json.dumps({'of': activity})}'"
            given = {"job": {"command": [str(paths.TASK_WORKER), "--", "sh", "-c", script]}}
        arn = execution.start(self.client("stepfunctions"), outputs["state_machines"][activity], given)
        body = json.dumps({"activity_arn": outputs["activities"][activity]})
        self.client("sqs").send_message(QueueUrl=outputs["dispatch_queue_url"], MessageBody=body)
        return arn

    def described(self, activity: str) -> str:
        """Return the activity's description, empty if there is none."""
        key = {"task_id": {"S": f"activity#{self.applied.outputs()['activities'][activity]}"}}
        table = self.applied.outputs()["task_table"]
        item = self.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
        return str(item.get("activity", {}).get("S", ""))

    def needed(self, *activities: str) -> list[str]:
        """Return what is there of the jobs' roles, logs and activities, in the order of their names."""
        names = tuple(f"removed-{activity}" for activity in activities)
        roles = self.client("iam").list_roles(PathPrefix="/removed/jobs/")["Roles"]
        groups = [each["logGroupName"] for each in self.client("logs").describe_log_groups()["logGroups"]]
        served = [each["name"] for each in self.client("stepfunctions").list_activities()["activities"]]
        paths_of_jobs = tuple(f"/{service}/{name}" for service in ("ecs", "batch") for name in names)
        found = [role["RoleName"] for role in roles if role["RoleName"].startswith(names)]
        found += [group for group in groups if group.startswith(paths_of_jobs)]
        return sorted([*found, *(name for name in served if name in names)])

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

    def remove(self) -> int:
        """Remove activities with open tasks; return how many things stayed until these ended."""
        gate = self.folder / "removed"
        arns = {key: self.start(key, gate) for key in REMOVED_KEYS}
        wait_until(lambda: len([task for task in self.tasks() if "started_at" in task]) == len(arns), 60)
        before = self.needed(*REMOVED_KEYS)
        applying = self.begin_apply(removed="true")
        wait_until(lambda: not any(map(self.described, REMOVED_KEYS)), APPLY_SECONDS)
        time.sleep(STILL_OPEN_SECONDS)
        assert self.needed(*REMOVED_KEYS) == before
        assert not applying.done(), "the apply returned while tasks were open"
        gate.write_text("open")
        applying.result()
        assert self.needed(*REMOVED_KEYS) == []
        for key, arn in arns.items():
            self._must_succeed(arn, RESULTS[key])
        assert self.tasks() == []
        return len(before)

    def move(self) -> int:
        """Move an activity with an open task to another backend; return how many new tasks came meanwhile."""
        gate = self.folder / "moved"
        before = self.start("moving", gate)
        (first,) = wait_until(lambda: [task for task in self.tasks() if "started_at" in task])
        assert first["backend"] == "batch"
        applying = self.begin_apply(moved="true")
        meanwhile = []
        while not applying.done():
            meanwhile.append(self.start("moving"))
            wait_until(lambda: self.status(meanwhile[-1]) != "RUNNING", 60)
            time.sleep(NEWCOMER_SECONDS)
            if "task_definition" in self.described("moving") and not gate.exists():
                time.sleep(STILL_OPEN_SECONDS)
                assert "/batch/removed-moving" in self.needed("moving")
                gate.touch()
        applying.result()
        for arn in (before, *meanwhile, self.start("moving")):
            self._must_succeed(arn, RESULTS["moving"])
        assert "/batch/removed-moving" not in self.needed("moving")
        return len(meanwhile)

    def _must_succeed(self, arn: str, result: Any) -> None:
        ended = self.follow(arn)
        assert (ended.status, json.loads(ended.output or "null")) == ("SUCCEEDED", result), ended.cause
