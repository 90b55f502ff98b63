"""What a test can provoke: Spot interruptions, capacity shortages and slow starts."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cloud import Cloud, wait_for

from compute.conftest import make_batch
from compute.resources import NEVER, Batch, Ecs, Events, post, sh

SPOT = "Your Spot Task was interrupted."
HOST_LOST = "Host EC2 (instance i-0123456789abcdef0) terminated."


@pytest.mark.parametrize("notice", [None, "TerminationNotice"])
def test_an_interrupted_task_is_warned_then_stopped(
    ecs: Ecs, ecs_events: Events, tmp_path: Path, notice: str | None
) -> None:
    arn = ecs.run_command(sh(f"trap 'exit 6' TERM; touch {tmp_path}/up; sleep 1000 & wait"))
    wait_for((tmp_path / "up").exists)
    ecs.reach(arn, "RUNNING")
    body = {"task": arn} | ({"notice_code": notice} if notice else {})
    assert post(ecs.cloud, "spot-interruption", **body) == 200
    details = ecs_events.take("taskArn", arn, last="STOPPED")
    (warning,) = (
        item
        for item in details
        if (item["lastStatus"], item["desiredStatus"]) == ("RUNNING", "STOPPED")
    )
    assert (warning["stopCode"], warning["stoppedReason"]) == (notice or "SpotInterruption", SPOT)
    assert "exitCode" not in warning["containers"][0]
    last = max(details, key=lambda item: item["version"])
    assert (last["stopCode"], last["stoppedReason"]) == ("SpotInterruption", SPOT)
    assert last["containers"][0]["exitCode"] == 6


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("FARGATE_SPOT", SPOT), ("SPOT", HOST_LOST)],
)
def test_an_interrupted_job_is_stopped_and_may_be_retried(
    cloud: Cloud, tmp_path: Path, kind: str, reason: str
) -> None:
    batch = make_batch(cloud, kind=kind, max_vcpus=1)
    script = f"test $AWS_BATCH_JOB_ATTEMPT = 2 || {{ touch {tmp_path}/up; sleep 1000; }}"
    on_spot_only = [
        {"onStatusReason": reason[:8] + "*", "action": "RETRY"},
        {"onReason": "*", "action": "EXIT"},
    ]
    job = batch.run(sh(script), retryStrategy={"attempts": 2, "evaluateOnExit": on_spot_only})
    wait_for((tmp_path / "up").exists)
    batch.reach(job, "RUNNING")
    assert post(cloud, "spot-interruption", job=job) == 200
    described = batch.ended(job)
    assert described["status"] == "SUCCEEDED"
    first, second = described["attempts"]
    assert (first["statusReason"], first["container"]["exitCode"]) == (reason, 143)
    assert second["statusReason"] == "Essential container in task exited"


def test_a_host_is_lost_without_warning(cloud: Cloud, tmp_path: Path) -> None:
    batch = make_batch(cloud, kind="SPOT", max_vcpus=1)
    job = batch.run(sh(f"trap 'exit 0' TERM; touch {tmp_path}/up; sleep 1000 & wait"))
    wait_for((tmp_path / "up").exists)
    batch.reach(job, "RUNNING")
    assert post(cloud, "spot-interruption", job=job, abrupt=True) == 200
    described = batch.ended(job)
    assert described["status"] == "FAILED"
    assert (described["statusReason"], described["container"]["exitCode"]) == (HOST_LOST, 137)


def test_only_running_tasks_and_jobs_are_interrupted(ecs: Ecs, batch: Batch) -> None:
    task, job = ecs.run_command(["true"]), batch.run(["true"])
    ecs.reach(task, "STOPPED")
    batch.ended(job)
    for body in ({"task": task}, {"job": job}, {"task": "gone"}, {"job": "gone"}):
        assert post(ecs.cloud, "spot-interruption", **body) == 404
    assert post(ecs.cloud, "spot-interruption") == 400


def test_a_shortage_fails_the_next_request(ecs: Ecs) -> None:
    arguments = ecs.arguments(ecs.definition(ecs.container(["true"])), clientToken="short")
    assert post(ecs.cloud, "ecs/shortage", tasks=1) == 200
    answer = ecs.client.run_task(**arguments)
    assert answer["tasks"] == []
    assert answer["failures"][0]["reason"].startswith("Capacity is unavailable at this time.")
    answer = ecs.client.run_task(**arguments)
    assert (len(answer["tasks"]), answer["failures"]) == (1, [])
    assert post(ecs.cloud, "ecs/shortage", tasks="many") == 400


def test_a_shortage_of_one_provider_spares_the_others(ecs: Ecs) -> None:
    definition = ecs.definition(ecs.container(["true"]))
    assert post(ecs.cloud, "ecs/shortage", tasks=1, provider="FARGATE_SPOT") == 200

    def placed(provider: str) -> int:
        arguments = ecs.arguments(definition)
        arguments.pop("launchType", None)
        arguments["capacityProviderStrategy"] = [{"capacityProvider": provider, "weight": 1}]
        return len(ecs.client.run_task(**arguments)["tasks"])

    assert [placed("FARGATE"), placed("FARGATE_SPOT"), placed("FARGATE_SPOT")] == [1, 0, 1]
    assert post(ecs.cloud, "ecs/shortage", tasks=1, provider=1) == 400


def test_a_shortage_fails_some_of_several_tasks(ecs: Ecs) -> None:
    post(ecs.cloud, "ecs/shortage", tasks=1, reason="RESOURCE:CPU")
    definition = ecs.definition(ecs.container(NEVER))
    answer = ecs.client.run_task(**ecs.arguments(definition, count=2))
    (task,) = answer["tasks"]
    assert [failure["reason"] for failure in answer["failures"]] == ["RESOURCE:CPU"]
    ecs.client.stop_task(cluster=ecs.cluster, task=task["taskArn"])


@pytest.fixture
def start_after(ecs: Ecs) -> Iterator[Callable[[object], int]]:
    """Set how long tasks take to start; return the answer's status."""
    yield lambda seconds: post(ecs.cloud, "ecs/start-delay", seconds=seconds)
    assert post(ecs.cloud, "ecs/start-delay", seconds=0) == 200


def test_containers_start_after_the_delay(ecs: Ecs, start_after: Callable[[object], int]) -> None:
    assert start_after(0.7) == 200
    task = ecs.reach(ecs.run_command(["true"]), "STOPPED")
    assert (task["startedAt"] - task["pullStartedAt"]).total_seconds() >= 0.7
    assert task["containers"][0]["exitCode"] == 0


def test_a_task_that_is_stopped_during_the_delay_never_starts(
    ecs: Ecs, start_after: Callable[[object], int], tmp_path: Path
) -> None:
    assert start_after(3_600) == 200
    arn = ecs.run_command(["touch", f"{tmp_path}/up"])
    wait_for(lambda: "pullStartedAt" in ecs.describe(arn))
    assert ecs.describe(arn)["lastStatus"] == "PENDING"
    ecs.client.stop_task(cluster=ecs.cluster, task=arn)
    task = ecs.reach(arn, "STOPPED")
    assert (task["stopCode"], "startedAt" in task) == ("UserInitiated", False)
    assert not (tmp_path / "up").exists()


@pytest.mark.parametrize("seconds", [-1, 3_601, "3", True, None])
def test_a_delay_that_is_none_is_refused(
    start_after: Callable[[object], int], seconds: object
) -> None:
    assert start_after(seconds) == 400
