"""Backend `batch` against botocore's own model of the API."""

from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError
from botocore.parsers import ResponseParserError
from botocore.stub import Stubber
from tests.unit.backends.stubs import TASK, client_once, two_attempts

from activity_dispatch.aws.clients import Clients
from activity_dispatch.backends.base import StartRefused
from activity_dispatch.backends.batch.backend import BatchBackend, create
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState, LogLocation
from activity_dispatch.domain.tasks import InvalidInput, Task

NAME = f"task-{TASK.task_id}"
LIST = {"jobQueue": "queue", "filters": [{"name": "JOB_NAME", "values": [NAME]}]}


@pytest.fixture
def stubbed():
    client = client_once("batch")
    backend = BatchBackend(
        client=client,
        client_once=client,
        job_queue="queue",
        job_definition="definition:1",
        log_group="/jobs",
        retrying=two_attempts(),
    )
    with Stubber(client) as stubber:
        yield stubber, backend


def submit(**overrides: Any) -> dict:
    environment = [{"name": "TASK_ID", "value": TASK.task_id}]
    return {
        "jobName": NAME,
        "jobQueue": "queue",
        "jobDefinition": "definition:1",
        "containerOverrides": {"environment": environment, **overrides},
        "propagateTags": True,
    }


def test_a_job_that_does_not_exist_is_submitted_with_only_the_tasks_id(stubbed) -> None:
    stubber, backend = stubbed
    stubber.add_response("list_jobs", {"jobSummaryList": []}, LIST)
    stubber.add_response("submit_job", {"jobName": NAME, "jobId": "job-1"}, submit())
    assert backend.start(TASK) == "job-1"


def test_a_job_that_exists_is_not_submitted_again(stubbed) -> None:
    stubber, backend = stubbed
    stubber.add_response("list_jobs", {"jobSummaryList": [{"jobId": "job-1", "jobName": NAME}]}, LIST)
    assert backend.start(TASK) == "job-1"
    stubber.assert_no_pending_responses()


def test_a_job_under_way_is_found_before_one_that_has_ended(stubbed) -> None:
    stubber, backend = stubbed
    jobs = [
        {"jobId": f"job-{status}", "jobName": NAME, "status": status}
        for status in ("FAILED", "SUCCEEDED", "RUNNABLE")
    ]
    stubber.add_response("list_jobs", {"jobSummaryList": jobs}, LIST)
    assert backend.find(TASK.task_id) == "job-RUNNABLE"
    stubber.add_response("list_jobs", {"jobSummaryList": jobs[:2]}, LIST)
    assert backend.find(TASK.task_id) == "job-FAILED"


@pytest.mark.parametrize(
    ("error", "may_run"),
    [
        (ReadTimeoutError(endpoint_url="https://aws.invalid"), True),
        (ConnectionClosedError(endpoint_url="https://aws.invalid"), True),
        (EndpointConnectionError(endpoint_url="https://aws.invalid", error="refused"), False),
        (ResponseParserError("cut off"), True),
    ],
)
def test_a_lost_answer_may_have_submitted_the_job(stubbed, monkeypatch, error: Exception, may_run) -> None:
    stubber, backend = stubbed
    stubber.add_response("list_jobs", {"jobSummaryList": []}, LIST)

    def submit_job(**_: Any) -> None:
        raise error

    monkeypatch.setattr(backend.client_once, "submit_job", submit_job)
    with pytest.raises(StartRefused) as caught:
        backend.start(TASK)
    assert (caught.value.error, caught.value.may_run) == ("Dispatch.CapacityUnavailable", may_run)


def test_a_request_that_batch_would_refuse_for_its_size_is_refused_first(stubbed) -> None:
    job = {"environment": {"LONG": "x" * 31_000}}
    with pytest.raises(InvalidInput, match=r"job: the request has 31\d{3} bytes; allowed are up to 30720"):
        stubbed[1].start(Task(**{**vars(TASK), "overrides": job}))


def test_overrides_are_sent_in_batchs_units(stubbed) -> None:
    stubber, backend = stubbed
    job = {"command": ["a"], "cpu": 0.5, "memory_mb": 2048, "gpu": 1}
    requirements = [
        {"type": "VCPU", "value": "0.5"},
        {"type": "MEMORY", "value": "2048"},
        {"type": "GPU", "value": "1"},
    ]
    stubber.add_response("list_jobs", {"jobSummaryList": []}, LIST)
    wanted = submit(command=["a"], resourceRequirements=requirements)
    stubber.add_response("submit_job", {"jobName": NAME, "jobId": "job-1"}, wanted)
    assert backend.start(Task(**{**vars(TASK), "overrides": job})) == "job-1"


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("TooManyRequestsException", 429, "Dispatch.Throttled"),
        ("ServerException", 500, "Dispatch.CapacityUnavailable"),
        ("ClientException", 400, "Dispatch.InvalidRequest"),
    ],
)
@pytest.mark.parametrize("call", ["list_jobs", "submit_job"])
def test_errors_become_dispatch_errors(stubbed, call: str, code: str, status: int, error: str) -> None:
    stubber, backend = stubbed
    if call == "submit_job":
        stubber.add_response("list_jobs", {"jobSummaryList": []}, LIST)
    # A throttled SubmitJob is retried, here once before the time is up.
    for _ in range(2 if (call, status) == ("submit_job", 429) else 1):
        stubber.add_client_error(call, code, "said Batch", status)
    with pytest.raises(StartRefused, match=f"{code}.*said Batch") as caught:
        backend.start(TASK)
    assert caught.value.error == error
    assert caught.value.may_run is ((call, status) == ("submit_job", 500))
    stubber.assert_no_pending_responses()


def test_a_throttled_submission_is_retried(stubbed) -> None:
    stubber, backend = stubbed
    stubber.add_response("list_jobs", {"jobSummaryList": []}, LIST)
    stubber.add_client_error("submit_job", "TooManyRequestsException", "said Batch", 429)
    stubber.add_response("submit_job", {"jobName": NAME, "jobId": "job-1"}, submit())
    assert backend.start(TASK) == "job-1"


def test_the_client_never_retries_a_submission(monkeypatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    clients = Clients(threads=1)
    config = {"job_queue": "queue", "job_definition": "definition:1", "log_group": "/jobs"}
    backend = create(config, clients)
    assert attempts(backend.client_once) == 1
    assert attempts(backend.client) > 1


def attempts(client: Any) -> int:
    return int(client.meta.config.retries["total_max_attempts"])


def test_jobs_are_described_100_at_a_time(stubbed) -> None:
    stubber, backend = stubbed
    jobs = [JobId(f"job-{number}") for number in range(101)]
    for some in (jobs[:100], jobs[100:]):
        answer = {"jobs": [_job(job, "RUNNABLE") for job in some]}
        stubber.add_response("describe_jobs", answer, {"jobs": some})
    states = {job: diagnosis.state for job, diagnosis in backend.describe(jobs).items()}
    assert states == dict.fromkeys(jobs, JobState.QUEUED)


def test_an_ended_job_is_described_with_its_outcome(stubbed) -> None:
    stubber, backend = stubbed
    job = {**_job("job-1", "FAILED"), "container": {"exitCode": 3, "reason": "said Batch"}}
    stubber.add_response("describe_jobs", {"jobs": [job]})
    described = backend.describe([JobId("job-1")])["job-1"]
    assert described.outcome.cause.message == "exit code 3: said Batch"
    assert described.outcome.error == "Job.Failed"


def _job(job: str, status: str) -> dict:
    return {
        "jobId": job,
        "jobName": NAME,
        "jobQueue": "queue",
        "status": status,
        "startedAt": 1,
        "jobDefinition": "definition",
    }


@pytest.mark.parametrize(("status", "terminated"), [("RUNNABLE", True), ("RUNNING", True), ("FAILED", False)])
def test_only_unfinished_jobs_are_terminated(stubbed, status: str, terminated: bool) -> None:
    stubber, backend = stubbed
    stubber.add_response("describe_jobs", {"jobs": [_job("job-1", status)]})
    if terminated:
        stubber.add_response("terminate_job", {}, {"jobId": "job-1", "reason": "why"})
    backend.stop(JobId("job-1"), "why")
    stubber.assert_no_pending_responses()


@pytest.mark.parametrize("stream", [None, "definition/default/1"])
def test_the_log_is_the_stream_that_the_event_names(stubbed, stream) -> None:
    diagnosis = Diagnosis(task_id="t", job_id=JobId("j"), state=JobState.ENDED, log_stream=stream)
    found = stubbed[1].log_location(diagnosis)
    assert found == (LogLocation(group="/jobs", stream=stream) if stream else None)
