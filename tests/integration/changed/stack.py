"""The stack that is changed while its jobs run, and the jobs."""

import json
import math
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.applied import Applied

from activity_dispatch.domain.polls import poll_id_of
from activity_dispatch_cli import execution
from operations import paths

# Well below HeartbeatSeconds.
PASS_SECONDS = 4
RECONCILER = "changed-reconciler"


@dataclass(frozen=True, kw_only=True)
class Job:
    """A program that waits for the gate, then ends as `ends` says: succeeded, failed, or aborted before."""

    activity: str
    ends: str = "succeeded"
    has_worker: bool = False


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A job that was asked for: its execution, and the file with a line for each of its starts."""

    job: Job
    arn: str
    file: Path

    @property
    def starts(self) -> int:
        return len(self.file.read_text().splitlines()) if self.file.exists() else 0


@dataclass(frozen=True, kw_only=True)
class Changed:
    """The stack, before or after its change."""

    applied: Applied
    client: Callable[[str], Any]
    # Where programs write, and wait for the file `gate`.
    folder: Path

    @property
    def gate(self) -> Path:
        return self.folder / "gate"

    def start(self, job: Job, number: int) -> Asked:
        outputs, file = self.applied.outputs(), self.folder / f"starts-{number}"
        wait_and_end = f"until [ -e {self.gate} ]; do sleep 0.2; done; echo '{json.dumps({'job': number})}'"
        script = f"echo start >> {file}; {wait_and_end}; exit {3 if job.ends == 'failed' else 0}"
        worker = [str(paths.TASK_WORKER), "--"] if job.has_worker else []
        given = {"job": {"command": [*worker, "sh", "-c", script]}}
        arn = execution.start(self.client("stepfunctions"), outputs["state_machines"][job.activity], given)
        if job.activity == "removed":
            # Its state machine is no longer made for it, and so sends no request.
            body = json.dumps({"activity_arn": outputs["removed_activity"]})
            self.client("sqs").send_message(QueueUrl=outputs["dispatch_queue_url"], MessageBody=body)
        return Asked(job=job, arn=arn, file=file)

    def reconcile(self) -> dict[str, Any]:
        """Run a pass now; its rule is disabled, so that ends are found by events and by the worker alone."""
        answer = self.client("lambda").invoke(FunctionName=RECONCILER)
        steps: dict[str, Any] = json.load(answer["Payload"])
        assert "FunctionError" not in answer, steps
        return steps

    def reconcile_until(self, condition: Callable[[], bool], seconds: float) -> None:
        """Run passes until the condition is true; fail after about `seconds`."""
        passes, never = math.ceil(seconds / PASS_SECONDS) + 1, threading.Event()
        while not condition():
            assert passes > 0, f"not within {seconds} s"
            self.reconcile()
            never.wait(PASS_SECONDS)
            passes -= 1

    def begin_change(self) -> Future[None]:
        """Begin to apply the change, and wait, with passes, until the descriptions are those of after it.

        The apply goes on until no job runs any more where jobs do not run from now on.
        """
        terraform = self.applied.terraform
        terraform.variables["changed"] = "true"
        applying = ThreadPoolExecutor(1).submit(self._apply)
        while not (applying.done() or self._is_described()):
            self.reconcile()
            wait([applying], timeout=PASS_SECONDS)
        return applying

    def _apply(self) -> None:
        code, _, errors = self.applied.terraform.apply(skip_plan=True, refresh=False, capture_output=True)
        assert code == 0, errors

    def _is_described(self) -> bool:
        items = self.client("dynamodb").scan(TableName=self.applied.outputs()["task_table"])["Items"]
        descriptions = {
            item["task_id"]["S"].rpartition("-")[2]: item["activity"]["S"]
            for item in items
            if item["task_id"]["S"].startswith("activity#arn:")
        }
        return set(descriptions) == {"clustered", "moving"} and all(
            "cluster-two" in text for text in descriptions.values()
        )

    def record(self, asked: Asked) -> Mapping[str, str]:
        """Return the task's item while it is open."""
        history = self.client("stepfunctions").get_execution_history(executionArn=asked.arn)["events"]
        polls = {
            poll_id_of(event["activityStartedEventDetails"]["workerName"])
            for event in history
            if event["type"] == "ActivityStarted"
        }
        items = self.client("dynamodb").scan(TableName=self.applied.outputs()["task_table"])["Items"]
        (found,) = [item for item in items if item.get("poll_id", {}).get("S") in polls]
        return {key: str(*value.values()) for key, value in found.items()}

    def is_running(self, record: Mapping[str, str]) -> bool:
        """Ask the service itself, where the job was started."""
        job = record["job_id"]
        if record["backend"] == "batch":
            (found,) = self.client("batch").describe_jobs(jobs=[job])["jobs"]
            return found["status"] not in ("SUCCEEDED", "FAILED")
        cluster = job.rpartition("/")[0].rpartition("/")[2]
        (task,) = self.client("ecs").describe_tasks(cluster=cluster, tasks=[job])["tasks"]
        return bool(task["lastStatus"] != "STOPPED")

    def running(self, asked: list[Asked]) -> list[Asked]:
        """Return those whose execution runs."""
        describe = self.client("stepfunctions").describe_execution
        return [one for one in asked if describe(executionArn=one.arn)["status"] == "RUNNING"]


def place_of(record: Mapping[str, str]) -> str:
    """Return where a job runs: the cluster, or batch."""
    return "batch" if record["backend"] == "batch" else record["job_id"].split("/")[-2]
