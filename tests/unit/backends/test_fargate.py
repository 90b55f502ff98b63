"""Backend `fargate` against botocore's own model of the API."""

import itertools
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from activity_dispatch.aws.pacing import Retrying
from activity_dispatch.backends import registry
from activity_dispatch.backends.base import StartRefused
from activity_dispatch.backends.fargate.backend import FargateBackend
from activity_dispatch.backends.fargate.events import diagnose
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState, LogLocation
from activity_dispatch.domain.outcomes import Failed, Succeeded
from activity_dispatch.domain.tasks import InvalidInput, Task

ARN = "arn:aws:ecs:eu-west-1:000000000000:task/cluster/0123456789abcdef0123456789abcdef"
TASK = Task(activity_arn="arn:activity", token="secret-token", input='"private"', heartbeat_seconds=60)


@pytest.fixture
def stubbed(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    once = Config(retries={"total_max_attempts": 1})
    client = boto3.client("ecs", region_name="eu-west-1", config=once)
    backend = FargateBackend(
        client=client,
        cluster="cluster",
        task_definition="definition:1",
        container="job",
        capacity_provider="FARGATE_SPOT",
        network={"subnets": ["s"], "securityGroups": ["g"], "assignPublicIp": "DISABLED"},
        log_group="/jobs",
        log_stream_prefix="job",
        retrying=Retrying(
            limit_seconds=1.5,
            sleep=lambda seconds: None,
            jitter=lambda low, high: 0.0,
            clock=map(float, itertools.count()).__next__,
        ),
    )
    with Stubber(client) as stubber:
        yield stubber, backend


def expected(**override: Any) -> dict:
    return {
        "cluster": "cluster",
        "taskDefinition": "definition:1",
        "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
        "networkConfiguration": {
            "awsvpcConfiguration": {
                "subnets": ["s"],
                "securityGroups": ["g"],
                "assignPublicIp": "DISABLED",
            }
        },
        "overrides": {
            "containerOverrides": [
                {"name": "job", "environment": [{"name": "TASK_ID", "value": TASK.task_id}]}
            ]
        }
        | override,
        "startedBy": TASK.task_id,
        "clientToken": TASK.task_id,
        "propagateTags": "TASK_DEFINITION",
    }


def test_only_the_tasks_id_travels(stubbed) -> None:
    stubber, backend = stubbed
    stubber.add_response("run_task", {"tasks": [{"taskArn": ARN}], "failures": []}, expected())
    assert backend.start(TASK) == ARN


def test_overrides_in_the_units_of_ecs(stubbed) -> None:
    stubber, backend = stubbed
    job = {"command": ["a", "b"], "environment": {"X": "1"}, "cpu": 0.5, "memory_mb": 1024}
    task = Task(**{**vars(TASK), "overrides": job})
    wanted = expected(cpu="512", memory="1024")
    wanted["overrides"]["containerOverrides"] = [
        {
            "name": "job",
            "command": ["a", "b"],
            "environment": [
                {"name": "X", "value": "1"},
                {"name": "TASK_ID", "value": TASK.task_id},
            ],
        }
    ]
    stubber.add_response("run_task", {"tasks": [{"taskArn": ARN}], "failures": []}, wanted)
    assert backend.start(task) == ARN


@pytest.mark.parametrize(
    ("job", "problem"),
    [({"gpu": 1}, "job.gpu"), ({"environment": {"X": "x" * 9000}}, "allowed are up to 8192")],
)
def test_what_fargate_can_not_do_is_refused_before_the_call(stubbed, job, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        stubbed[1].start(Task(**{**vars(TASK), "overrides": job}))


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("ThrottlingException", 400, "Dispatch.Throttled"),
        ("ServerException", 500, "Dispatch.CapacityUnavailable"),
        ("ClusterNotFoundException", 400, "Dispatch.InvalidRequest"),
        ("InvalidParameterException", 400, "Dispatch.InvalidRequest"),
    ],
)
def test_errors_become_dispatch_errors(stubbed, code: str, status: int, error: str) -> None:
    stubber, backend = stubbed
    stubber.add_client_error("run_task", code, "said ECS", status)
    with pytest.raises(StartRefused, match=f"{code}.*said ECS") as caught:
        backend.start(TASK)
    assert caught.value.error == error


def test_failures_of_a_full_fargate_are_tried_again(stubbed) -> None:
    stubber, backend = stubbed
    full = {"tasks": [], "failures": [{"reason": "Capacity is unavailable at this time", "detail": ""}]}
    stubber.add_response("run_task", full, expected())
    stubber.add_response("run_task", {"tasks": [{"taskArn": ARN}], "failures": []}, expected())
    assert backend.start(TASK) == ARN


@pytest.mark.parametrize(
    ("reason", "attempts", "error"),
    [("RESOURCE:ENI", 2, "Dispatch.CapacityUnavailable"), ("MISSING", 1, "Dispatch.InvalidRequest")],
)
def test_failures_are_errors(stubbed, reason: str, attempts: int, error: str) -> None:
    stubber, backend = stubbed
    for _ in range(attempts):
        answer = {"tasks": [], "failures": [{"arn": "arn", "reason": reason, "detail": "why"}]}
        stubber.add_response("run_task", answer)
    with pytest.raises(StartRefused, match=f"{reason} why") as caught:
        backend.start(TASK)
    assert caught.value.error == error


def test_describe_asks_for_100_at_a_time(stubbed) -> None:
    stubber, backend = stubbed
    jobs = [JobId(f"{ARN[:-3]}{number:03}") for number in range(150)]
    for some in (jobs[:100], jobs[100:]):
        answer = {
            "tasks": [ecs_task(job, "RUNNING") for job in some],
            "failures": [],
        }
        stubber.add_response("describe_tasks", answer, {"cluster": "cluster", "tasks": some})
    states = {job: diagnosis.state for job, diagnosis in backend.describe(jobs).items()}
    assert states == dict.fromkeys(jobs, JobState.RUNNING)


def ecs_task(arn: str, status: str) -> dict:
    return {"taskArn": arn, "lastStatus": status, "startedBy": TASK.task_id}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("PROVISIONING", JobState.QUEUED),
        ("PENDING", JobState.QUEUED),
        ("RUNNING", JobState.RUNNING),
        ("DEPROVISIONING", JobState.RUNNING),
        ("STOPPED", JobState.ENDED),
    ],
)
def test_states(stubbed, status: str, state: JobState) -> None:
    stubber, backend = stubbed
    answer = {"tasks": [ecs_task(ARN, status)], "failures": []}
    stubber.add_response("describe_tasks", answer)
    described = backend.describe([JobId(ARN)])
    assert described[ARN].state is state
    assert (described[ARN].outcome is not None) == (state is JobState.ENDED)
    assert described[ARN] == backend.diagnose({"source": "aws.ecs", "detail": answer["tasks"][0]})


def test_a_task_that_runs_is_found_by_what_started_it(stubbed) -> None:
    stubber, backend = stubbed
    wanted = {"cluster": "cluster", "startedBy": TASK.task_id}
    stubber.add_response("list_tasks", {"taskArns": [ARN]}, wanted)
    assert backend.find(TASK.task_id) == ARN
    stubber.add_response("list_tasks", {"taskArns": []}, wanted)
    assert backend.find(TASK.task_id) is None


@pytest.mark.parametrize(("status", "stopped"), [("RUNNING", True), ("PENDING", True), ("STOPPED", False)])
def test_only_what_is_under_way_is_stopped(stubbed, status: str, stopped: bool) -> None:
    stubber, backend = stubbed
    known = {"tasks": [ecs_task(ARN, status)], "failures": []}
    stubber.add_response("describe_tasks", known)
    if stopped:
        wanted = {"cluster": "cluster", "task": ARN, "reason": "x" * 255}
        stubber.add_response("stop_task", {}, wanted)
    backend.stop(JobId(ARN), "x" * 300)
    stubber.assert_no_pending_responses()


def test_what_ecs_forgot_counts_as_stopped(stubbed) -> None:
    stubber, backend = stubbed
    stubber.add_response("describe_tasks", {"tasks": [], "failures": [{"arn": ARN, "reason": "MISSING"}]})
    backend.stop(JobId(ARN), "reason")


def test_the_log_is_found_as_awslogs_names_it(stubbed) -> None:
    diagnosis = Diagnosis(task_id=TASK.task_id, job_id=JobId(ARN), state=JobState.ENDED)
    assert stubbed[1].log_location(diagnosis) == LogLocation(
        group="/jobs", stream="job/job/0123456789abcdef0123456789abcdef"
    )


def event(**detail: Any) -> dict:
    return {
        "source": "aws.ecs",
        "detail-type": "ECS Task State Change",
        "detail": {
            "taskArn": ARN,
            "startedBy": TASK.task_id,
            "lastStatus": "STOPPED",
            "desiredStatus": "STOPPED",
            "stopCode": "EssentialContainerExited",
            "stoppedReason": "Essential container in task exited",
            "startedAt": "2026-01-01T00:00:00Z",
            "version": 5,
            "overrides": {
                "containerOverrides": [
                    {"name": "job", "environment": [{"name": "TASK_ID", "value": TASK.task_id}]}
                ]
            },
            "containers": [{"name": "sidecar", "exitCode": 1}, {"name": "job", "exitCode": 0}],
            **detail,
        },
    }


def containers(**job: Any) -> list[dict]:
    return [{"name": "sidecar", "exitCode": 0}, {"name": "job", **job}]


def test_a_success_is_judged_by_the_jobs_container_not_a_sidecar() -> None:
    diagnosis = diagnose(event())
    assert diagnosis is not None
    assert (diagnosis.task_id, diagnosis.job_id) == (TASK.task_id, ARN)
    assert isinstance(diagnosis.outcome, Succeeded)


@pytest.mark.parametrize(
    ("detail", "error", "message"),
    [
        (
            {"containers": containers(exitCode=3)},
            "Job.Failed",
            "exit code 3: Essential container in task exited",
        ),
        ({"containers": containers(exitCode=137)}, "Job.Failed", "killed by SIGKILL: Essential"),
        ({"containers": containers(exitCode=143)}, "Job.Interrupted", "killed by SIGTERM"),
        (
            {
                "containers": containers(
                    exitCode=137, reason="OutOfMemoryError: Container killed due to memory usage"
                )
            },
            "Job.OutOfMemory",
            "OutOfMemoryError",
        ),
        ({"stopCode": "SpotInterruption"}, "Job.Interrupted", "Essential container"),
        ({"stopCode": "TerminationNotice"}, "Job.Interrupted", "Essential container"),
        ({"stopCode": "UserInitiated", "stoppedReason": "by hand"}, "Job.Interrupted", "by hand"),
        (
            {
                "stopCode": "TaskFailedToStart",
                "containers": [],
                "startedAt": None,
                "stoppedReason": "CannotPull",
            },
            "Job.NeverStarted",
            "CannotPull",
        ),
        (
            {"stopCode": "TaskFailedToStart", "containers": containers(reason="CannotPullContainerError: x")},
            "Job.NeverStarted",
            "CannotPullContainerError: x",
        ),
        ({"containers": containers()}, "Job.Interrupted", "Essential container"),
    ],
)
def test_ends_are_diagnosed(detail: dict, error: str, message: str) -> None:
    diagnosis = diagnose(event(**detail))
    assert diagnosis is not None
    assert isinstance(diagnosis.outcome, Failed)
    assert diagnosis.outcome.error == error
    assert diagnosis.outcome.cause.message.startswith(message)
    assert diagnosis.outcome.cause.job_id == ARN


@pytest.mark.parametrize(
    ("detail", "state"),
    [
        ({"lastStatus": "PENDING"}, JobState.QUEUED),
        ({"lastStatus": "RUNNING"}, JobState.RUNNING),
        ({"lastStatus": "RUNNING", "stopCode": "TerminationNotice"}, JobState.RUNNING),
    ],
)
def test_what_is_under_way_has_no_outcome(detail: dict, state: JobState) -> None:
    diagnosis = diagnose(event(**detail))
    assert diagnosis is not None
    assert (diagnosis.state, diagnosis.outcome) == (state, None)


@pytest.mark.parametrize("started_by", [None, "ecs-svc/123", "someone", 7])
def test_ecs_tasks_of_others_say_nothing(started_by) -> None:
    assert diagnose(event(startedBy=started_by)) is None


def test_the_registry_finds_the_backend_of_an_event() -> None:
    found = registry.diagnose(event())
    assert found is not None
    assert found.job_id == ARN
