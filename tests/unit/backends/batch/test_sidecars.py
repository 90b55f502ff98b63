"""Jobs with sidecars: what SubmitJob is sent, and the job's own container decides how they ended."""

import json
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.stub import Stubber
from tests.schemas.events.samples import batch_event
from tests.unit.backends.stubs import TASK, client_once, two_attempts

from activity_dispatch.backends.base import InvalidBackendConfig
from activity_dispatch.backends.batch.backend import BatchBackend, create
from activity_dispatch.backends.batch.events import diagnose, diagnose_job
from activity_dispatch.backends.batch.request import JobContainer
from activity_dispatch.domain.jobs import JobId, JobState, LogLocation
from activity_dispatch.domain.outcomes import Failed, Outcome, Succeeded
from activity_dispatch.domain.tasks import InvalidInput, Task

NAME = f"task-{TASK.task_id}"
EXITED = "Essential container in task exited"
CONFIG = {"job_queue": "queue", "job_definition": "definition", "log_group": "/jobs"}
SIDECARS = {"container": "job", "sidecars": {"cpu": 0.25, "memory_mb": 512}}


@pytest.fixture
def stubbed():
    client = client_once("batch")
    backend = BatchBackend(
        client=client,
        client_once=client,
        job_queue="queue",
        job_definition="definition",
        log_group="/jobs",
        container=JobContainer(name="job", sidecars_cpu=0.25, sidecars_memory_mb=512),
        retrying=two_attempts(),
    )
    with Stubber(client) as stubber:
        yield stubber, backend


def submitted(stubbed, job: dict[str, Any], **override: Any) -> None:
    stubber, backend = stubbed
    environment = [{"name": "TASK_ID", "value": TASK.task_id}]
    wanted = {
        "jobName": NAME,
        "jobQueue": "queue",
        "jobDefinition": "definition",
        "ecsPropertiesOverride": {
            "taskProperties": [{"containers": [{"name": "job", "environment": environment, **override}]}]
        },
        "propagateTags": True,
    }
    stubber.add_response("list_jobs", {"jobSummaryList": []})
    stubber.add_response("submit_job", {"jobName": NAME, "jobId": "job-1"}, wanted)
    assert backend.start(Task(**{**vars(TASK), "overrides": job})) == "job-1"


def test_the_jobs_container_gets_the_task_by_its_name(stubbed) -> None:
    submitted(stubbed, {})
    submitted(stubbed, {"command": ["a"]}, command=["a"])


def test_a_size_is_the_whole_jobs_and_the_container_gets_what_sidecars_leave(stubbed) -> None:
    requirements = [
        {"type": "VCPU", "value": "1.75"},
        {"type": "MEMORY", "value": "3584"},
        {"type": "GPU", "value": "1"},
    ]
    submitted(stubbed, {"cpu": 2, "memory_mb": 4096, "gpu": 1}, resourceRequirements=requirements)
    submitted(stubbed, {"cpu": 0.5}, resourceRequirements=[{"type": "VCPU", "value": "0.25"}])


@pytest.mark.parametrize(
    ("job", "message"),
    [
        ({"cpu": 0.25}, r"job.cpu: 0.25; it must be over 0.25, which the job's sidecars have"),
        ({"memory_mb": 512}, r"job.memory_mb: 512; it must be over 512, which the job's sidecars have"),
    ],
)
def test_a_size_that_leaves_the_job_nothing_is_refused(stubbed, job: dict, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        stubbed[1].start(Task(**{**vars(TASK), "overrides": job}))


def test_a_description_from_before_sidecars_is_read_as_before() -> None:
    assert create(CONFIG, Mock()).container is None
    known = create({**CONFIG, **SIDECARS}, Mock()).container
    assert known == JobContainer(name="job", sidecars_cpu=0.25, sidecars_memory_mb=512)


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"container": ""}, "container: ''"),
        ({"container": "job"}, "sidecars.cpu: None; it must be a number from 0"),
        ({**SIDECARS, "sidecars": {"cpu": 1, "memory_mb": True}}, "sidecars.memory_mb: True"),
        ({**SIDECARS, "sidecars": {"cpu": float("nan"), "memory_mb": 1}}, "sidecars.cpu: nan"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused(config: dict, field: str) -> None:
    with pytest.raises(InvalidBackendConfig, match=field):
        create({**CONFIG, **config}, Mock())


def described(*containers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "jobName": NAME,
        "jobId": "job-1",
        "jobQueue": "queue",
        "jobDefinition": "definition",
        "status": "FAILED",
        "statusReason": EXITED,
        "startedAt": 1,
        # As Batch describes such a job.
        "container": {},
        "ecsProperties": {"taskProperties": [{"containers": list(containers)}]},
        **fields,
    }


def outcome(*containers: dict[str, Any], **fields: Any) -> Outcome | None:
    diagnosis = diagnose_job(described(*containers, **fields), "job")
    assert diagnosis is not None
    return diagnosis.outcome


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED"])
@pytest.mark.parametrize("exit_code", [0, 3, 143])
def test_a_sidecar_that_fails_beside_a_job_that_succeeds_is_a_success(status: str, exit_code: int) -> None:
    """Whatever Batch calls the job: an essential sidecar may have ended otherwise after it."""
    found = outcome({"name": "meter", "exitCode": exit_code}, {"name": "job", "exitCode": 0}, status=status)
    assert isinstance(found, Succeeded)
    assert json.loads(found.output) == {"exit_code": 0, "job_id": "job-1"}


LOST = {"statusReason": "Host EC2 (instance i-1) terminated."}
WAITED = "CannotStartContainerError: dependency graph: failed to resolve"


@pytest.mark.parametrize(
    ("job", "fields", "error", "message"),
    [
        ({"exitCode": 4}, {}, "Job.Failed", f"exit code 4: {EXITED}; container meter: exit code 3"),
        ({"exitCode": 143}, {}, "Job.Interrupted", f"killed by SIGTERM: {EXITED}; container meter: exit"),
        ({"exitCode": 137, "reason": "OutOfMemoryError: x"}, {}, "Job.OutOfMemory", "OutOfMemoryError: x"),
        ({"exitCode": 0}, {"isTerminated": True}, "Job.Interrupted", EXITED),
        ({"exitCode": 0}, LOST, "Job.Interrupted", "Host EC2"),
        ({"exitCode": 143}, {"statusReason": "Job attempt duration exceeded timeout"}, "Job.TimedOut", "Job"),
        ({}, {}, "Job.Interrupted", EXITED),
        # The job's container waited for a sidecar, which failed; what Batch then describes is not documented.
        ({}, {"startedAt": None}, "Job.NeverStarted", f"{EXITED}; container meter: exit code 3"),
        ({"exitCode": 143, "reason": WAITED}, {"startedAt": None}, "Job.NeverStarted", WAITED),
        ({"exitCode": 143, "reason": WAITED}, {}, "Job.NeverStarted", WAITED),
    ],
)
def test_the_jobs_container_and_not_a_sidecar_decides_the_error(
    job: dict, fields: dict, error: str, message: str
) -> None:
    found = outcome({"name": "meter", "exitCode": 3}, {"name": "job", **job}, **fields)
    assert isinstance(found, Failed)
    assert found.error == error
    assert found.cause.message.startswith(message)


def test_a_sidecar_that_could_not_be_started_is_named_in_the_cause() -> None:
    sidecar = {"name": "meter", "reason": "CannotPullContainerError: no such image"}
    fields = {"startedAt": None, "statusReason": "Task failed to start"}
    found = outcome(sidecar, {"name": "job"}, **fields)
    assert isinstance(found, Failed)
    assert (found.error, found.cause.message) == (
        "Job.NeverStarted",
        "Task failed to start; container meter: CannotPullContainerError: no such image",
    )


def test_a_description_without_the_jobs_container_is_no_success() -> None:
    found = outcome({"name": "meter", "exitCode": 0}, status="SUCCEEDED")
    assert isinstance(found, Failed)


def test_a_job_from_before_its_definition_had_sidecars_is_read_as_before() -> None:
    job = described(status="SUCCEEDED", container={"exitCode": 0, "logStreamName": "jobs/default/1"})
    del job["ecsProperties"]
    diagnosis = diagnose_job(job, "job")
    assert diagnosis is not None
    assert isinstance(diagnosis.outcome, Succeeded)
    assert diagnosis.log_stream == "jobs/default/1"


def test_the_log_is_that_of_the_jobs_container(stubbed) -> None:
    stubber, backend = stubbed
    containers = [
        {"name": name, "exitCode": 0, "logStreamName": f"jobs/{name}/1"} for name in ("meter", "job")
    ]
    stubber.add_response("describe_jobs", {"jobs": [described(*containers)]})
    found = backend.describe([JobId("job-1")])["job-1"]
    assert isinstance(found.outcome, Succeeded)
    assert backend.log_location(found) == LogLocation(group="/jobs", stream="jobs/job/1")


def test_an_event_says_only_that_the_job_has_ended() -> None:
    """The schema that AWS publishes has nothing of several containers."""
    job = described(stoppedAt=1_767_225_600_000)
    del job["ecsProperties"]
    diagnosis = diagnose(batch_event({k: v for k, v in job.items() if v is not None}))
    assert diagnosis is not None
    assert (diagnosis.state, diagnosis.outcome, diagnosis.log_stream) == (JobState.ENDED, None, None)


@pytest.mark.parametrize(
    "properties", [None, [], {"taskProperties": 3}, {"taskProperties": [3, {"containers": [None]}]}]
)
def test_a_description_of_another_form_is_no_crash(properties: Any) -> None:
    diagnosis = diagnose_job(described(ecsProperties=properties), "job")
    assert diagnosis is not None
    assert isinstance(diagnosis.outcome, Failed)
