"""Sweeps on a local cloud: what is wrong never starts, what is interrupted resumes, the best is published."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from localstack_client.session import Session
from tests.integration.helpers import documented

from operations import outputs
from operations.deploy import terraform
from operations.executions import execution
from operations.executions.execution import Ended
from operations.local import cloud

BACKENDS = ("batch", "sagemaker")
EPOCHS = 12
SWEEP = {"epochs": [EPOCHS], "seed": [3], "batch_size": [8], "learning_rate": [0.01]}
LIMIT_SECONDS = 240.0


@pytest.fixture(scope="session")
def stack(python: Any) -> Iterator[SimpleNamespace]:
    """The local stack with its trainings."""
    with cloud.running():
        yield SimpleNamespace(**terraform.deploy(outputs.LOCAL, training=True).document)


@pytest.fixture(scope="session")
def client(stack: SimpleNamespace) -> Callable[[str], Any]:
    session = Session(
        localstack_host=stack.endpoint.removeprefix("http://"),
        region_name=stack.region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )

    clients: dict[str, Any] = {}
    # Clients may be shared among threads, but not made in several at once.
    lock = threading.Lock()

    def get(service: str) -> Any:
        with lock:
            if service not in clients:
                clients[service] = session.client(service)
            return clients[service]

    return get


class Sweeps:
    """Starts sweeps and looks at them."""

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
        """What the only training tells of itself; nothing before its first epoch."""
        name = arn.rpartition(":")[2]
        uri = f"s3://{self.stack.data_bucket}/training/{name}/001/checkpoints/history.json"
        try:
            return self.read(uri)
        except self.client("s3").exceptions.NoSuchKey:
            return {"epochs": [], "resumed_after": []}

    def tasks(self, arn: str) -> list[dict[str, Any]]:
        """The task table's items of an execution's open tasks, whose inputs name the execution."""
        items = self.client("dynamodb").scan(TableName=self.stack.task_table)["Items"]
        plain = [{key: next(iter(value.values())) for key, value in item.items()} for item in items]
        return [item for item in plain if arn.rpartition(":")[2] in item.get("input", "")]

    def jobs(self, arn: str) -> list[str]:
        """The jobs of an execution's open tasks."""
        return [task["job_id"] for task in self.tasks(arn) if "job_id" in task]

    def state(self, backend: str, job: str) -> str:
        """A job's status, in the backend's own words."""
        if backend == "batch":
            return str(self.client("batch").describe_jobs(jobs=[job])["jobs"][0]["status"])
        described = self.client("sagemaker").describe_training_job(TrainingJobName=job)
        return str(described["TrainingJobStatus"])

    def interrupt(self, backend: str, job: str, **how: Any) -> bool:
        """Take a job's Spot machine away, as soon as it has one."""
        name = "job" if backend == "batch" else "training_job"
        body = json.dumps({name: job, **how}).encode()
        url = f"{self.stack.endpoint}/_localcloud/spot-interruption"
        request = urllib.request.Request(url, body, method="POST")  # noqa: S310 (the local cloud)
        try:
            with urllib.request.urlopen(request, timeout=10):  # noqa: S310
                return True
        except urllib.error.HTTPError:
            return False  # nothing of that name runs


@pytest.fixture(scope="session")
def sweeps(stack: SimpleNamespace, client: Callable[[str], Any]) -> Sweeps:
    return Sweeps(stack, client)


def until(condition: Callable[[], Any], seconds: float = 180) -> Any:
    """Return what the condition gives once it is true; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.1)
    return found


def output_of(ended: Ended) -> Any:
    assert ended.status == "SUCCEEDED", (ended.error, ended.cause)
    return json.loads(ended.output or "")


def computed(sweeps: Sweeps, backend: str, jobs: list[str]) -> list[int]:
    """All epochs that jobs computed, by their logs: an epoch is told of once it is computed."""
    group, prefixes = "/aws/sagemaker/TrainingJobs", [f"{job}/" for job in jobs]
    if backend == "batch":
        described = sweeps.client("batch").describe_jobs(jobs=jobs)["jobs"]
        group = "/batch/first-light-training-batch"
        prefixes = [job["container"]["logStreamName"] for job in described]
    pages = sweeps.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    return [
        int(event["message"].removeprefix("epoch=").partition("/")[0])
        for page in pages
        for event in page["events"]
        if event["message"].startswith("epoch=") and event["logStreamName"].startswith(tuple(prefixes))
    ]


@pytest.fixture(scope="session")
def undisturbed(sweeps: Sweeps) -> Any:
    """The winner's metrics of a training that nothing interrupted, by backend."""
    started = {backend: sweeps.start(backend, {"sweep": SWEEP}) for backend in BACKENDS}
    return {backend: output_of(sweeps.end(arn))["winner"]["metrics"] for backend, arn in started.items()}


def test_both_backends_come_to_the_same(undisturbed: Any) -> None:
    assert undisturbed["sagemaker"] == pytest.approx(undisturbed["batch"], abs=1e-5)
    assert undisturbed["batch"]["validation_accuracy"] >= 0.97


@dataclass(frozen=True, kw_only=True)
class Interrupted:
    """A training that was interrupted once, and went on to its end."""

    ended: Ended
    jobs: list[str]
    history: Any


def interrupt_once(sweeps: Sweeps, backend: str, *, abrupt: bool) -> Interrupted:
    arn = sweeps.start(backend, {"sweep": SWEEP})
    until(lambda: 3 <= len(sweeps.history(arn)["epochs"]) < EPOCHS)
    (job,) = sweeps.jobs(arn)
    assert sweeps.interrupt(backend, job, abrupt=abrupt)
    jobs = [job]
    if backend == "batch":
        # The state is retried, and a second task dispatched; SageMaker itself starts its job again.
        jobs += until(lambda: [other for other in sweeps.jobs(arn) if other != job])
    ended = sweeps.end(arn)
    return Interrupted(ended=ended, jobs=jobs, history=sweeps.history(arn))


@pytest.fixture(scope="session")
def interrupted(sweeps: Sweeps) -> Iterator[Callable[[str, bool], Interrupted]]:
    """All of them at once: most of their time they wait."""
    with ThreadPoolExecutor(4) as pool:
        futures = {
            (backend, abrupt): pool.submit(interrupt_once, sweeps, backend, abrupt=abrupt)
            for backend in BACKENDS
            for abrupt in (False, True)
        }
        yield lambda backend, abrupt: futures[backend, abrupt].result()


@pytest.mark.parametrize("abrupt", [False, True], ids=["SIGTERM", "SIGKILL"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_an_interrupted_training_resumes(
    sweeps: Sweeps,
    interrupted: Callable[[str, bool], Interrupted],
    undisturbed: Any,
    backend: str,
    abrupt: bool,
) -> None:
    training = interrupted(backend, abrupt)
    metrics = output_of(training.ended)["winner"]["metrics"]
    assert metrics == pytest.approx(undisturbed[backend], abs=1e-12)
    assert [item["epoch"] for item in training.history["epochs"]] == list(range(1, EPOCHS + 1))
    assert len(training.history["resumed_after"]) == 1
    assert training.history["resumed_after"][0] >= 3
    starts = [event for event in training.ended.events if event["type"] == "ActivityStarted"]
    assert len(starts) == len(training.jobs)
    epochs = computed(sweeps, backend, training.jobs)
    assert sorted(set(epochs)) == list(range(1, EPOCHS + 1))
    assert len(epochs) <= EPOCHS + 1


@pytest.mark.parametrize("backend", BACKENDS)
def test_progress_is_in_the_task_table_and_an_abort_stops_the_job(sweeps: Sweeps, backend: str) -> None:
    arn = sweeps.start(backend, {"sweep": SWEEP})
    until(lambda: sweeps.history(arn)["epochs"])
    task = until(lambda: next((task for task in sweeps.tasks(arn) if "progress" in task), None))
    document = json.loads(task["progress"])
    if backend == "batch":
        assert document["epochs"] == EPOCHS
    else:
        assert document["secondary_status"] in ("Starting", "Downloading", "Training")
    sweeps.client("stepfunctions").stop_execution(executionArn=arn)
    until(lambda: sweeps.state(backend, task["job_id"]) in ("FAILED", "Stopped"), seconds=30)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"sweep": {"epochs": ["three"]}}, "sweep.epochs[0]: 'three'; it must be a whole number"),
        ({"sweep": {"lr": [0.1]}}, "sweep.lr: unknown"),
        ({"sweep": {}}, "sweep: empty"),
        ({"sweep": {"seed": list(range(100)), "epochs": list(range(1, 101))}}, "sweep: 10000 trainings"),
    ],
)
def test_bad_hyperparameters_fail_before_any_job_starts(
    sweeps: Sweeps, backend: str, document: Any, told: str
) -> None:
    ended = sweeps.run(backend, document)
    assert (ended.status, ended.error) == ("FAILED", "InvalidInput")
    assert told in (ended.cause or "")
    assert [event["type"] for event in ended.events if "Activity" in event["type"]] == []


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_that_diverges_fails_with_its_epoch_and_the_other_wins(sweeps: Sweeps, backend: str) -> None:
    ended = sweeps.run(backend, {"sweep": {"learning_rate": [10, 0.05], "epochs": [2]}})
    output = output_of(ended)
    (failed,) = [event for event in ended.events if event["type"] == "ActivityFailed"]
    details = failed["activityFailedEventDetails"]
    assert details["error"] == "Job.Failed"
    assert "the loss is nan in epoch 1 of 2" in json.loads(details["cause"])["message"]
    assert (output["failed"], output["winner"]["number"]) == ([1], 2)
    comparison = sweeps.read(output["comparison_s3_uri"])
    assert comparison["trainings"][0]["error"].startswith("Job.Failed: ")


@pytest.mark.parametrize("backend", BACKENDS)
def test_when_all_diverge_the_sweep_fails_with_the_reasons(sweeps: Sweeps, backend: str) -> None:
    ended = sweeps.run(backend, {"sweep": {"learning_rate": [10], "epochs": [1]}})
    assert (ended.status, ended.error) == ("FAILED", "NoTrainingSucceeded")
    assert "the loss is nan in epoch 1 of 1" in (ended.cause or "")


def test_the_demo(stack: SimpleNamespace) -> None:
    said = documented("make demo-training")
    assert "The 2 sweeps came to the same results." in said


def test_a_sagemaker_training_tells_what_it_cost_and_where_its_log_is(
    sweeps: Sweeps, undisturbed: Any
) -> None:
    ended = sweeps.run("sagemaker", {"sweep": {"epochs": [1]}})
    winner = output_of(ended)["winner"]
    assert winner["billable_seconds"] >= 1
    assert "TrainingJobs" in winner["log_url"]
    assert winner["model_s3_uri"].endswith("/output/model.tar.gz")
