"""Backend `fargate` against botocore's own model of the API."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from tests.unit.backends.stubs import TASK, client_once, two_attempts

from activity_dispatch.backends.base import StartRefused
from activity_dispatch.backends.fargate.backend import FargateBackend
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState, LogLocation
from activity_dispatch.domain.tasks import InvalidInput, Task

ARN = "arn:aws:ecs:eu-west-1:000000000000:task/cluster/0123456789abcdef0123456789abcdef"


@pytest.fixture
def stubbed():
    client = client_once("ecs")
    backend = FargateBackend(
        client=client,
        cluster="cluster",
        task_definition="definition:1",
        container="job",
        capacity_provider="FARGATE_SPOT",
        network={"subnets": ["s"], "securityGroups": ["g"], "assignPublicIp": "DISABLED"},
        log_group="/jobs",
        log_stream_prefix="job",
        retrying=two_attempts(),
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


def test_the_request_has_only_the_tasks_id(stubbed) -> None:
    stubber, backend = stubbed
    stubber.add_response("run_task", {"tasks": [{"taskArn": ARN}], "failures": []}, expected())
    assert backend.start(TASK) == ARN


def test_overrides_are_sent_in_ecs_units(stubbed) -> None:
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
def test_overrides_that_fargate_cannot_honor_are_rejected_before_the_call(stubbed, job, problem: str) -> None:
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


def test_a_start_is_retried_when_fargate_has_no_capacity(stubbed) -> None:
    stubber, backend = stubbed
    full = {"tasks": [], "failures": [{"reason": "Capacity is unavailable at this time", "detail": ""}]}
    # ECS may keep an answer with its token: the next attempt has another.
    second = {**expected(), "clientToken": f"{TASK.task_id}-1"}
    for _ in range(2):
        stubber.add_response("run_task", full, expected())
        stubber.add_response("run_task", {"tasks": [{"taskArn": ARN}], "failures": []}, second)
        assert backend.start(TASK) == ARN


def test_a_start_repeated_after_a_change_of_configuration_finds_its_task(stubbed) -> None:
    stubber, backend = stubbed
    stubber.add_client_error("run_task", "ConflictException", modeled_fields={"resourceIds": [ARN]})
    assert backend.start(TASK) == ARN
    stubber.add_client_error("run_task", "ConflictException", modeled_fields={"resourceIds": []})
    with pytest.raises(StartRefused, match="ConflictException") as caught:
        backend.start(TASK)
    assert (caught.value.error, caught.value.may_run) == ("Dispatch.CapacityUnavailable", True)


@pytest.mark.parametrize(
    ("code", "message", "error"),
    [
        (
            "InvalidParameterException",
            "Error retrieving security group information for [sg-1]: Request limit exceeded. "
            "(ErrorCode: RequestLimitExceeded)",
            "Dispatch.Throttled",
        ),
        ("ClientException", "Tasks provisioning capacity limit exceeded.", "Dispatch.CapacityUnavailable"),
        ("ClientException", "TaskDefinition not found.", "Dispatch.InvalidRequest"),
        ("AccessDeniedException", "throttled", "Dispatch.InvalidRequest"),
    ],
)
def test_a_refusal_for_load_has_a_name_that_is_retried(stubbed, code: str, message: str, error: str) -> None:
    stubber, backend = stubbed
    stubber.add_client_error("run_task", code, message)
    with pytest.raises(StartRefused) as caught:
        backend.start(TASK)
    assert (caught.value.error, caught.value.may_run) == (error, False)


@pytest.mark.parametrize(
    ("reason", "attempts", "error"),
    [("RESOURCE:ENI", 2, "Dispatch.CapacityUnavailable"), ("MISSING", 1, "Dispatch.InvalidRequest")],
)
def test_failures_in_the_answer_become_dispatch_errors(
    stubbed, reason: str, attempts: int, error: str
) -> None:
    stubber, backend = stubbed
    for _ in range(attempts):
        answer = {"tasks": [], "failures": [{"arn": "arn", "reason": reason, "detail": "why"}]}
        stubber.add_response("run_task", answer)
    with pytest.raises(StartRefused, match=f"{reason} why") as caught:
        backend.start(TASK)
    assert caught.value.error == error


def test_jobs_are_described_100_at_a_time(stubbed) -> None:
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
def test_an_ecs_status_becomes_a_job_state(stubbed, status: str, state: JobState) -> None:
    stubber, backend = stubbed
    answer = {"tasks": [ecs_task(ARN, status)], "failures": []}
    stubber.add_response("describe_tasks", answer)
    described = backend.describe([JobId(ARN)])
    assert described[ARN].state is state
    assert (described[ARN].outcome is not None) == (state is JobState.ENDED)
    assert described[ARN] == backend.diagnose({"source": "aws.ecs", "detail": answer["tasks"][0]})


def test_a_running_task_is_found_by_started_by(stubbed) -> None:
    stubber, backend = stubbed
    wanted = {"cluster": "cluster", "startedBy": TASK.task_id}
    stubber.add_response("list_tasks", {"taskArns": [ARN]}, wanted)
    assert backend.find(TASK.task_id) == ARN
    stubber.add_response("list_tasks", {"taskArns": []}, wanted)
    stubber.add_response("list_tasks", {"taskArns": []}, {**wanted, "desiredStatus": "STOPPED"})
    assert backend.find(TASK.task_id) is None


def test_a_task_that_ended_before_its_start_was_recorded_is_found(stubbed) -> None:
    stubber, backend = stubbed
    wanted = {"cluster": "cluster", "startedBy": TASK.task_id}
    stubber.add_response("list_tasks", {"taskArns": []}, wanted)
    stubber.add_response("list_tasks", {"taskArns": [ARN]}, {**wanted, "desiredStatus": "STOPPED"})
    assert backend.find(TASK.task_id) == ARN


def test_ecs_may_refuse_the_filter_for_stopped_tasks_but_nothing_else(stubbed) -> None:
    stubber, backend = stubbed
    for code in ("InvalidParameterException", "ThrottlingException", "AccessDeniedException"):
        stubber.add_response("list_tasks", {"taskArns": []})
        stubber.add_client_error("list_tasks", code)
        if code == "InvalidParameterException":
            assert backend.find(TASK.task_id) is None
        else:
            with pytest.raises(ClientError, match=code):
                backend.find(TASK.task_id)


@pytest.mark.parametrize(("status", "stopped"), [("RUNNING", True), ("PENDING", True), ("STOPPED", False)])
def test_only_unfinished_jobs_are_stopped(stubbed, status: str, stopped: bool) -> None:
    stubber, backend = stubbed
    known = {"tasks": [ecs_task(ARN, status)], "failures": []}
    stubber.add_response("describe_tasks", known)
    if stopped:
        wanted = {"cluster": "cluster", "task": ARN, "reason": "x" * 255}
        stubber.add_response("stop_task", {}, wanted)
    backend.stop(JobId(ARN), "x" * 300)
    stubber.assert_no_pending_responses()


def test_a_task_that_ecs_has_forgotten_counts_as_stopped(stubbed) -> None:
    stubber, backend = stubbed
    stubber.add_response("describe_tasks", {"tasks": [], "failures": [{"arn": ARN, "reason": "MISSING"}]})
    backend.stop(JobId(ARN), "reason")


def test_the_log_stream_has_the_name_that_awslogs_gives_it(stubbed) -> None:
    diagnosis = Diagnosis(task_id=TASK.task_id, job_id=JobId(ARN), state=JobState.ENDED)
    assert stubbed[1].log_location(diagnosis) == LogLocation(
        group="/jobs", stream="job/job/0123456789abcdef0123456789abcdef"
    )
