"""Sweeps on a local cloud: invalid ones never start, interrupted ones resume, the best is published."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from tests.integration.helpers import clients_of, documented, wait_until
from tests.training.sweeps import (
    EPOCHS,
    SWEEP,
    WAIT_SECONDS,
    Interrupted,
    Sweeps,
    computed,
    interrupt_once,
    output_of,
)

from operations import outputs
from operations.deploy import terraform
from operations.local import cloud

BACKENDS = ("batch", "sagemaker")


@pytest.fixture(scope="session")
def stack(python: Any) -> Iterator[SimpleNamespace]:
    """The local stack with its trainings."""
    with cloud.running():
        yield SimpleNamespace(**terraform.deploy(outputs.LOCAL, training=True).document)


@pytest.fixture(scope="session")
def client(stack: SimpleNamespace) -> Callable[[str], Any]:
    return clients_of(stack.endpoint)


@pytest.fixture(scope="session")
def sweeps(stack: SimpleNamespace, client: Callable[[str], Any]) -> Sweeps:
    return Sweeps(stack, client)


@pytest.fixture(scope="session")
def undisturbed(sweeps: Sweeps) -> Any:
    """The winner's metrics of a training that nothing interrupted, by backend."""
    started = {backend: sweeps.start(backend, {"sweep": SWEEP}) for backend in BACKENDS}
    return {backend: output_of(sweeps.end(arn))["winner"]["metrics"] for backend, arn in started.items()}


def test_both_backends_reach_the_same_result(undisturbed: Any) -> None:
    assert undisturbed["sagemaker"] == pytest.approx(undisturbed["batch"], abs=1e-5)
    assert undisturbed["batch"]["validation_accuracy"] >= 0.97


@pytest.fixture(scope="session")
def interrupted(sweeps: Sweeps) -> Iterator[Callable[[str, bool], Interrupted]]:
    """All of them at once: they mostly wait."""
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
    wait_until(lambda: sweeps.history(arn)["epochs"], WAIT_SECONDS)
    task = wait_until(
        lambda: next((task for task in sweeps.tasks(arn) if "progress" in task), None), WAIT_SECONDS
    )
    document = json.loads(task["progress"])
    if backend == "batch":
        assert document["epochs"] == EPOCHS
    else:
        assert document["secondary_status"] in ("Starting", "Downloading", "Training")
    sweeps.client("stepfunctions").stop_execution(executionArn=arn)
    wait_until(lambda: sweeps.state(backend, task["job_id"]) in ("FAILED", "Stopped"), seconds=30)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"sweep": {"epochs": ["three"]}}, "sweep.epochs[0]: 'three'; it must be a whole number"),
        ({"sweep": {"lr": [0.1]}}, "sweep.lr: unknown"),
        ({"sweep": {}}, "sweep: empty"),
        ({"sweep": {"seed": list(range(100)), "epochs": list(range(1, 101))}}, "sweep: 10000 trainings"),
    ],
)
def test_bad_hyperparameters_fail_before_any_job_starts(
    sweeps: Sweeps, backend: str, document: Any, problem: str
) -> None:
    ended = sweeps.run(backend, document)
    assert (ended.status, ended.error) == ("FAILED", "InvalidInput")
    assert problem in (ended.cause or "")
    assert [event["type"] for event in ended.events if "Activity" in event["type"]] == []


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_training_that_diverges_fails_with_its_epoch_and_another_wins(sweeps: Sweeps, backend: str) -> None:
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
    assert "The 2 sweeps have the same results." in said


def test_a_sagemaker_training_reports_its_billed_time_and_its_log(sweeps: Sweeps, undisturbed: Any) -> None:
    ended = sweeps.run("sagemaker", {"sweep": {"epochs": [1]}})
    winner = output_of(ended)["winner"]
    assert winner["billable_seconds"] >= 1
    assert "TrainingJobs" in winner["log_url"]
    assert winner["model_s3_uri"].endswith("/output/model.tar.gz")
