"""The reporter settles a task once, and only when its own job ends."""

from dataclasses import replace

import pytest

from activity_dispatch.domain.jobs import UNNAMED_JOB, Diagnosis, JobId, JobState
from activity_dispatch.domain.outcomes import Cause, Failed, Succeeded
from activity_dispatch.domain.tasks import OutcomeName, TaskState, task_id_of
from activity_dispatch.report.reporter import Report, make_reporter

FAILED = Failed(error="Job.Failed", cause=Cause(message="exit code 3", exit_code=3))


SUCCEEDED = Succeeded(output='{"exit_code": 0}')


@pytest.fixture
def started(stack):
    """Return a task whose job was started, and the diagnosis of its end."""
    fake = stack.stepfunctions.schedule(stack.arn)
    stack.dispatch()
    task_id = task_id_of(fake.token)
    stack.reporter = make_reporter(stack.runtime)
    return fake, Diagnosis(task_id=task_id, job_id=JobId(f"fake-{task_id}"), state=JobState.ENDED)


def test_the_same_end_reported_twice_settles_once(stack, started) -> None:
    _, diagnosis = started
    event = {"diagnosis": replace(diagnosis, outcome=FAILED)}
    assert stack.reporter.handle(event) is Report.SETTLED
    assert stack.reporter.handle(event) is Report.ALREADY_SETTLED
    assert stack.tasks.get(diagnosis.task_id).outcome is OutcomeName.FAILED


def test_the_outcome_that_the_worker_reported_stands(stack, started) -> None:
    fake, diagnosis = started
    stack.settler.settle(diagnosis.task_id, fake.token, Succeeded(output='"done"'))
    assert stack.reporter.handle({"diagnosis": replace(diagnosis, outcome=FAILED)}) is Report.ALREADY_SETTLED
    assert fake.answer == {"output": '"done"'}


def test_an_event_about_a_running_job_changes_nothing(stack, started) -> None:
    fake, diagnosis = started
    assert stack.reporter.handle({"diagnosis": replace(diagnosis, state=JobState.RUNNING)}) is Report.NOTED
    assert fake.answer is None


def test_an_event_about_a_running_job_may_report_progress(stack, started) -> None:
    _, diagnosis = started
    running = replace(diagnosis, state=JobState.RUNNING, progress='{"secondary_status": "Training"}')
    assert stack.reporter.handle({"diagnosis": running}) is Report.NOTED
    assert stack.tasks.get(diagnosis.task_id).progress == '{"secondary_status": "Training"}'


def test_the_end_of_a_second_job_for_the_task_does_not_settle_it(stack, started) -> None:
    fake, diagnosis = started
    event = {"diagnosis": replace(diagnosis, job_id=JobId("second"), outcome=SUCCEEDED)}
    assert stack.reporter.handle(event) is Report.NOT_OURS
    assert fake.answer is None


def test_an_event_that_names_no_job_ends_a_task_that_nobody_has_claimed(stack, started) -> None:
    fake, diagnosis = started
    event = {"diagnosis": replace(diagnosis, job_id=UNNAMED_JOB, outcome=FAILED)}
    assert stack.reporter.handle(event) is Report.SETTLED
    assert fake.answer["error"] == "Job.Failed"


def test_an_event_that_names_no_job_does_not_end_a_claimed_task(stack, started) -> None:
    fake, diagnosis = started
    record = stack.tasks.records[diagnosis.task_id]
    stack.tasks.records[diagnosis.task_id] = replace(record, job_id=None, claimed_by="lambda:r2")
    event = {"diagnosis": replace(diagnosis, job_id=UNNAMED_JOB, outcome=FAILED)}
    assert stack.reporter.handle(event) is Report.NOT_OURS
    assert fake.answer is None


def test_no_event_ends_a_task_that_waits_for_a_slot(stack, started) -> None:
    fake, diagnosis = started
    record = stack.tasks.records[diagnosis.task_id]
    stack.tasks.records[diagnosis.task_id] = replace(record, job_id=None, state=TaskState.WAITING)
    assert stack.reporter.handle({"diagnosis": replace(diagnosis, outcome=FAILED)}) is Report.NOT_OURS
    assert fake.answer is None


def test_a_job_whose_start_was_never_recorded_settles_its_task(stack, started) -> None:
    fake, diagnosis = started
    record = stack.tasks.records[diagnosis.task_id]
    stack.tasks.records[diagnosis.task_id] = replace(record, job_id=None, state="starting")
    assert stack.reporter.handle({"diagnosis": replace(diagnosis, outcome=FAILED)}) is Report.SETTLED
    assert fake.answer["error"] == "Job.Failed"


@pytest.mark.parametrize("event", [{}, {"source": "aws.ec2"}])
def test_unknown_events_are_ignored(stack, started, event) -> None:
    assert stack.reporter.handle(event) is Report.NOT_OURS


def test_events_about_another_stacks_tasks_are_ignored(stack, started) -> None:
    _, diagnosis = started
    event = {"diagnosis": replace(diagnosis, task_id="0" * 32, outcome=FAILED)}
    assert stack.reporter.handle(event) is Report.NOT_OURS
