"""Where an event does not say how a job ended, the reporter asks; it guesses nothing."""

from dataclasses import replace
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError

from activity_dispatch.backends.base import InvalidBackendConfig
from activity_dispatch.domain.activities import InvalidActivity
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState
from activity_dispatch.domain.outcomes import Cause, Failed, Succeeded
from activity_dispatch.domain.tasks import task_id_of
from activity_dispatch.report.ended_jobs import PAUSES_SECONDS, EndNotDescribed
from activity_dispatch.report.reporter import Report, make_reporter
from activity_dispatch.testing.stepfunctions import client_error

FAILED = Failed(error="Dispatch.CapacityUnavailable", cause=Cause(message="CapacityError: none left"))
SUCCEEDED = Succeeded(output='{"metrics": {"accuracy": 0.98}}')


@pytest.fixture
def reported(stack):
    """Return a task whose job was started, and an event that says no more than that it has ended."""
    fake = stack.stepfunctions.schedule(stack.arn)
    stack.dispatch()
    task_id = task_id_of(fake.token)
    job = JobId(f"fake-{task_id}")
    stack.reporter = make_reporter(stack.runtime)
    return fake, job, {"diagnosis": Diagnosis(task_id=task_id, job_id=job, state=JobState.ENDED)}


def test_a_failure_has_the_reason_that_the_service_gives(stack, reported) -> None:
    fake, job, event = reported
    stack.backend.ends[job] = FAILED
    assert stack.reporter.handle(event) is Report.SETTLED
    assert fake.answer["error"] == "Dispatch.CapacityUnavailable"
    assert "CapacityError: none left" in fake.answer["cause"]
    assert stack.reporter.handle(event) is Report.ALREADY_SETTLED


def test_a_success_has_the_output_that_the_service_describes(stack, reported) -> None:
    fake, job, event = reported
    stack.backend.ends[job] = SUCCEEDED
    assert stack.reporter.handle(event) is Report.SETTLED
    assert "0.98" in fake.answer["output"]


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
def test_a_service_that_does_not_answer_leaves_the_task_open(stack, reported, code) -> None:
    fake, job, event = reported
    stack.backend.ends[job] = FAILED
    stack.backend.describe = Mock(side_effect=client_error(code, "DescribeJobs"))
    with pytest.raises(ClientError):
        stack.reporter.handle(event)
    assert fake.answer is None


def test_a_description_that_lags_behind_the_event_is_read_again(stack, reported) -> None:
    fake, job, event = reported
    waited: list[float] = []

    def pass_time(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            stack.backend.ends[job] = FAILED

    stack.sleep = pass_time
    assert stack.reporter.handle(event) is Report.SETTLED
    assert waited[:2] == list(PAUSES_SECONDS[:2])
    assert fake.answer["error"] == "Dispatch.CapacityUnavailable"


@pytest.mark.parametrize("knows", [True, False], ids=["running", "unknown"])
def test_a_job_that_the_service_does_not_describe_as_ended_stays_open(stack, reported, knows) -> None:
    fake, job, event = reported
    if not knows:
        del stack.backend.started[job]
    with pytest.raises(EndNotDescribed, match=job):
        stack.reporter.handle(event)
    assert fake.answer is None


def test_a_description_of_another_tasks_job_does_not_count(stack, reported) -> None:
    fake, job, event = reported
    other = replace(event["diagnosis"], task_id="0" * 32, outcome=FAILED)
    stack.backend.describe = lambda _: {job: other}
    with pytest.raises(EndNotDescribed, match="of task 000"):
        stack.reporter.handle(event)
    assert fake.answer is None


def test_a_settled_task_needs_no_description(stack, reported) -> None:
    fake, _, event = reported
    stack.settler.settle(event["diagnosis"].task_id, fake.token, SUCCEEDED)
    stack.backend.describe = Mock(side_effect=AssertionError)
    assert stack.reporter.handle(event) is Report.ALREADY_SETTLED


def test_a_late_event_of_a_running_job_changes_nothing_after_its_end(stack, reported) -> None:
    fake, job, event = reported
    stack.backend.ends[job] = FAILED
    stack.reporter.handle(event)
    before = fake.answer
    late = replace(event["diagnosis"], state=JobState.RUNNING, progress='{"secondary_status": "Training"}')
    assert stack.reporter.handle({"diagnosis": late}) is Report.NOTED
    assert fake.answer is before


@pytest.mark.parametrize("error", [None, InvalidActivity("timeout: 0"), InvalidBackendConfig("request: 3")])
def test_a_job_that_can_never_be_described_ends_with_a_name(stack, reported, error) -> None:
    fake, _, event = reported
    if isinstance(error, InvalidBackendConfig):
        broken = Mock(side_effect=error)
        stack.reporter = replace(
            stack.reporter, ended_jobs=replace(stack.reporter.ended_jobs, backend_of=broken)
        )
    else:
        found = Mock(of=Mock(return_value=None, side_effect=error))
        stack.reporter = replace(
            stack.reporter, ended_jobs=replace(stack.reporter.ended_jobs, activities=found)
        )
    assert stack.reporter.handle(event) is Report.SETTLED
    assert fake.answer["error"] == "Job.OutputUnavailable"
    assert (str(error) if error else "nothing describes its activity") in fake.answer["cause"]
