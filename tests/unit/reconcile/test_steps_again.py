"""Each step that starts or ends something acts on what is, not on what was when the pass began."""

import json
from dataclasses import replace

import pytest

from activity_dispatch.domain.jobs import JobId, JobState
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Succeeded
from activity_dispatch.domain.tasks import OutcomeName, TaskState, task_id_of
from activity_dispatch.testing.stepfunctions import client_error

ENDED = Failed(error=ErrorName.JOB_FAILED, cause=Cause(message="exit code 3"))


@pytest.fixture
def meanwhile(stack, monkeypatch):
    """Let something happen between the overview and the steps."""

    def let(happen) -> None:
        overview = stack.tasks.overview

        def and_then():
            found = overview()
            happen()
            return found

        monkeypatch.setattr(stack.tasks, "overview", and_then)

    return let


@pytest.fixture
def after_describing(stack, monkeypatch):
    """Let something happen once, between the description of the chunk and the steps."""

    def let(happen) -> None:
        describe, done = stack.backend.describe, set[str]()

        def and_then(jobs):
            found = describe(jobs)
            if not done:
                done.add("describe")
                happen()
            return found

        monkeypatch.setattr(stack.backend, "describe", and_then)

    return let


@pytest.fixture
def queued_too_long(stack, now):
    """Return a task that is due for a queue timeout."""
    stack.change_activity(max_queue_seconds=300)
    scheduled = stack.stepfunctions.schedule(stack.arn, '{"n": 1}')
    stack.dispatch()
    stack.backend.state = JobState.QUEUED
    now[0] += 301
    return scheduled


def test_a_job_that_runs_and_is_claimed_by_now_is_not_failed_as_queued(
    stack, reconciler, queued_too_long, after_describing
) -> None:
    def run() -> None:
        stack.backend.state = JobState.RUNNING
        stack.tasks.claim(task_id_of(queued_too_long.token), "ecs:1")

    after_describing(run)
    reconciler.run()
    assert queued_too_long.status == "RUNNING"
    assert stack.backend.stopped == {}


def test_a_job_that_runs_by_now_gets_a_heartbeat_instead_of_a_queue_timeout(
    stack, reconciler, queued_too_long, after_describing
) -> None:
    after_describing(lambda: setattr(stack.backend, "state", JobState.RUNNING))
    reconciler.run()
    assert queued_too_long.status == "RUNNING"
    assert queued_too_long.heartbeats == 1


def test_a_queue_timeout_that_can_not_be_checked_leaves_a_heartbeat(
    stack, reconciler, queued_too_long, after_describing, monkeypatch
) -> None:
    def refuse(_jobs):
        raise client_error("ThrottlingException", "DescribeJobs")

    after_describing(lambda: monkeypatch.setattr(stack.backend, "describe", refuse))
    assert reconciler.run() == {"PROBLEM": 1}
    assert queued_too_long.heartbeats == 1


def test_a_job_that_its_service_knows_again_is_not_lost(
    stack, reconciler, dispatched, now, after_describing
) -> None:
    known, stack.backend.started = stack.backend.started, {}
    now[0] += 601
    after_describing(lambda: setattr(stack.backend, "started", known))
    reconciler.run()
    assert dispatched.status == "RUNNING"
    assert dispatched.heartbeats == 1


def test_a_cancelled_job_that_succeeded_after_all_is_not_stopped(
    stack, reconciler, dispatched, after_describing
) -> None:
    record = stack.record_of(dispatched)
    stack.tasks.record_settled(record.task_id, OutcomeName.CANCELLED, None)
    after_describing(lambda: stack.tasks.record_settled(record.task_id, OutcomeName.SUCCEEDED, None))
    reconciler.run()
    assert stack.backend.stopped == {}


def test_a_task_that_another_role_closed_is_left_alone(stack, reconciler, dispatched, meanwhile) -> None:
    record = stack.record_of(dispatched)
    stack.backend.ends[JobId(record.job_id)] = ENDED
    meanwhile(
        lambda: stack.settler.settle(
            record.task_id, dispatched.token, Succeeded(output="1"), release=record.slot_release
        )
    )
    reconciler.run()
    assert json.loads(dispatched.answer["output"]) == 1
    assert stack.record_of(dispatched).outcome is OutcomeName.SUCCEEDED


def test_an_end_of_a_task_whose_job_is_another_by_now_does_not_settle_it(
    stack, reconciler, dispatched, meanwhile
) -> None:
    record = stack.record_of(dispatched)
    stack.backend.ends[JobId(record.job_id)] = ENDED
    again = stack.backend.start(replace(record.to_task(), token=dispatched.token))
    del stack.backend.ends[again]
    stack.backend.started[JobId("second")] = stack.backend.started[again]
    stack.backend.ends[again] = ENDED

    def start_again() -> None:
        stack.tasks.records[record.task_id] = replace(record, job_id="second")

    meanwhile(start_again)
    reconciler.run()
    assert dispatched.status == "RUNNING"


def test_a_start_that_is_recorded_by_now_is_not_repeated(stack, reconciler, now, meanwhile) -> None:
    stack.stepfunctions.schedule(stack.arn)
    poll = stack.stepfunctions.get_activity_task(activityArn=stack.arn, workerName="w")
    task = stack.task(poll["taskToken"], poll["input"])
    stack.tasks.add(task, "fake")
    now[0] += 181
    meanwhile(lambda: stack.tasks.record_started(task.task_id, "fake-job"))
    reconciler.run()
    assert stack.backend.started == {}
    assert stack.tasks.get(task.task_id).job_id == "fake-job"


def test_a_refused_heartbeat_cancels_what_the_task_has_become(
    stack, reconciler, dispatched, meanwhile
) -> None:
    record = stack.record_of(dispatched)
    meanwhile(lambda: stack.settler.settle(record.task_id, dispatched.token, Succeeded(output="1")))
    reconciler.run()
    # Its job is about to end on its own.
    assert stack.backend.stopped == {}
    assert stack.record_of(dispatched).outcome is OutcomeName.SUCCEEDED


def test_a_refused_heartbeat_stops_the_job_that_was_started_meanwhile(
    stack, reconciler, now, meanwhile
) -> None:
    scheduled = stack.stepfunctions.schedule(stack.arn)
    poll = stack.stepfunctions.get_activity_task(activityArn=stack.arn, workerName="w")
    task = stack.task(poll["taskToken"], poll["input"])
    stack.tasks.add(task, "fake")

    def start_and_abort() -> None:
        stack.tasks.record_started(task.task_id, stack.backend.start(task))
        scheduled.aborted = True

    meanwhile(start_and_abort)
    reconciler.run()
    assert len(stack.backend.stopped) == 1
    assert stack.tasks.get(task.task_id).state is TaskState.SETTLED


def test_a_task_whose_input_is_gone_can_still_be_ended(
    stack, reconciler, queued_too_long, monkeypatch
) -> None:
    get = stack.tasks.get

    def without_payloads(task_id: str, *, with_input: bool = True):
        if with_input:
            raise client_error("NoSuchKey", "GetObject")
        return get(task_id, with_input=False)

    monkeypatch.setattr(stack.tasks, "get", without_payloads)
    assert reconciler.run() == {"QUEUE_TIMEOUT": 1}
    assert queued_too_long.answer["error"] == "Dispatch.QueueTimeout"
