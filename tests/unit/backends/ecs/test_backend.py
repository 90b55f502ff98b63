"""Backend `ecs` against botocore's own model of the API."""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError
from tests.schemas.events.samples import ecs_event
from tests.unit.backends.ecs.run_task import ARN, expected
from tests.unit.backends.stubs import TASK

from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState, LogLocation
from activity_dispatch.domain.tasks import InvalidInput, Task


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
    [
        ({"gpu": 1}, "job.gpu: 1; this activity's container has no GPUs"),
        ({"environment": {"X": "x" * 9000}}, "allowed are up to 8192"),
    ],
)
def test_overrides_that_ecs_cannot_honor_are_rejected_before_the_call(stubbed, job, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        stubbed[1].start(Task(**{**vars(TASK), "overrides": job}))


def test_a_task_may_have_another_number_of_gpus_where_its_container_has_some(stubbed) -> None:
    stubber, backend = stubbed
    task = Task(**{**vars(TASK), "overrides": {"gpu": 2}})
    wanted = expected()
    wanted["overrides"]["containerOverrides"][0]["resourceRequirements"] = [{"type": "GPU", "value": "2"}]
    stubber.add_response("run_task", {"tasks": [{"taskArn": ARN}], "failures": []}, wanted)
    assert replace(backend, gpus=1).start(task) == ARN


def test_exec_is_asked_for_only_where_it_is_set(stubbed) -> None:
    stubber, backend = stubbed
    stubber.add_response(
        "run_task",
        {"tasks": [{"taskArn": ARN}], "failures": []},
        {**expected(), "enableExecuteCommand": True},
    )
    assert replace(backend, can_exec=True).start(TASK) == ARN


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
    assert described[ARN] == backend.diagnose(ecs_event(answer["tasks"][0]))


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
