"""Sweeps on a local cloud, as the tests start, interrupt and read them."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from tests.integration.helpers import wait_until

from activity_dispatch_cli import execution
from activity_dispatch_cli.execution import Ended
from activity_dispatch_cli.logs import written_by_now

EPOCHS = 12
SWEEP = {"epochs": [EPOCHS], "seed": [3], "batch_size": [8], "learning_rate": [0.01]}
LIMIT_SECONDS = 240.0
# The longest that a training takes to do anything.
WAIT_SECONDS = 180.0


class Sweeps:
    """Starts sweeps and reads what became of them."""

    def __init__(self, stack: SimpleNamespace, client: Callable[[str], Any]) -> None:
        self.stack, self.client = stack, client

    def start(self, backend: str, document: Any) -> str:
        return execution.start(self.client("stepfunctions"), self.stack.trainings[backend], document)

    def end(self, arn: str) -> Ended:
        return execution.follow(
            self.client("stepfunctions"), arn, tell=lambda _: None, limit_seconds=LIMIT_SECONDS
        )

    def run(self, backend: str, document: Any) -> Ended:
        return self.end(self.start(backend, document))

    def read(self, uri: str) -> Any:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return json.loads(self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())

    def history(self, arn: str) -> Any:
        """What an execution's only training has recorded; empty before its first epoch."""
        name = arn.rpartition(":")[2]
        uri = f"s3://{self.stack.data_bucket}/training/{name}/001/checkpoints/history.json"
        try:
            return self.read(uri)
        except self.client("s3").exceptions.NoSuchKey:
            return {"epochs": [], "resumed_after": []}

    def tasks(self, arn: str) -> list[dict[str, Any]]:
        """The items of an execution's open tasks, whose inputs name the execution."""
        items = self.client("dynamodb").scan(TableName=self.stack.task_table)["Items"]
        plain = [{key: next(iter(value.values())) for key, value in item.items()} for item in items]
        return [item for item in plain if arn.rpartition(":")[2] in item.get("input", "")]

    def jobs(self, arn: str) -> list[str]:
        """The jobs of an execution's open tasks."""
        return [task["job_id"] for task in self.tasks(arn) if "job_id" in task]

    def state(self, backend: str, job: str) -> str:
        """A job's status, as the backend names it."""
        if backend == "batch":
            return str(self.client("batch").describe_jobs(jobs=[job])["jobs"][0]["status"])
        described = self.client("sagemaker").describe_training_job(TrainingJobName=job)
        return str(described["TrainingJobStatus"])

    def interrupt(self, backend: str, job: str, **how: Any) -> bool:
        """Reclaim the Spot machine of a job; return whether the job had one."""
        name = "job" if backend == "batch" else "training_job"
        body = json.dumps({name: job, **how}).encode()
        url = f"{self.stack.endpoint}/_localcloud/spot-interruption"
        request = urllib.request.Request(url, body, method="POST")  # noqa: S310 (the local cloud)
        try:
            with urllib.request.urlopen(request, timeout=10):  # noqa: S310
                return True
        except urllib.error.HTTPError:
            return False  # no job of that name is running


def output_of(ended: Ended) -> Any:
    assert ended.status == "SUCCEEDED", (ended.error, ended.cause)
    return json.loads(ended.output or "")


def computed(sweeps: Sweeps, backend: str, jobs: list[str]) -> list[int]:
    """All epochs that jobs computed, from their logs: an epoch is logged once it is computed."""
    group, prefixes = "/aws/sagemaker/TrainingJobs", [f"{job}/" for job in jobs]
    if backend == "batch":
        described = sweeps.client("batch").describe_jobs(jobs=jobs)["jobs"]
        group = "/batch/first-light-training-batch"
        prefixes = [job["container"]["logStreamName"] for job in described]
    return [
        int(event["message"].removeprefix("epoch=").partition("/")[0])
        for event in written_by_now(sweeps.client("logs"), group)
        if event["message"].startswith("epoch=") and event["logStreamName"].startswith(tuple(prefixes))
    ]


@dataclass(frozen=True, kw_only=True)
class Interrupted:
    """A training that was interrupted once and then completed."""

    ended: Ended
    jobs: list[str]
    history: Any


def interrupt_once(sweeps: Sweeps, backend: str, *, abrupt: bool) -> Interrupted:
    arn = sweeps.start(backend, {"sweep": SWEEP})
    wait_until(lambda: 3 <= len(sweeps.history(arn)["epochs"]) < EPOCHS, WAIT_SECONDS)
    (job,) = sweeps.jobs(arn)
    assert sweeps.interrupt(backend, job, abrupt=abrupt)
    jobs = [job]
    if backend == "batch":
        # The state is retried, which dispatches a second task; SageMaker restarts its job itself.
        jobs += wait_until(lambda: [other for other in sweeps.jobs(arn) if other != job], WAIT_SECONDS)
    ended = sweeps.end(arn)
    return Interrupted(ended=ended, jobs=jobs, history=sweeps.history(arn))
