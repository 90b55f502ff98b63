"""What each step of the reconciler does."""

import json

import pytest

from activity_dispatch.backends.base import StartRefused
from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.jobs import JobId, JobState
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Succeeded
from activity_dispatch.domain.tasks import OutcomeName, TaskState, task_id_of


def test_heartbeats_are_sent_for_a_job_without_a_worker(stack, reconciler, dispatched) -> None:
    assert reconciler.run() == {"BEAT": 1}
    assert dispatched.heartbeats == 1


def test_a_jobs_progress_is_recorded(stack, reconciler, dispatched) -> None:
    stack.backend.progress = "half"
    assert reconciler.run() == {"BEAT": 1}
    assert stack.record_of(dispatched).progress == "half"


def test_no_heartbeats_are_sent_for_a_worker(stack, reconciler, dispatched) -> None:
    stack.tasks.claim(task_id_of(dispatched.token), "ecs:1")
    assert reconciler.run() == {"LEAVE": 1}
    assert dispatched.heartbeats == 0


def test_a_job_that_nobody_waits_for_is_stopped_and_its_task_closed(stack, reconciler, dispatched) -> None:
    dispatched.timed_out = True
    assert reconciler.run() == {"BEAT": 1}
    assert stack.record_of(dispatched).outcome is OutcomeName.CANCELLED
    assert list(stack.backend.stopped.values()) == ["nobody waits for the task any more"]
    assert reconciler.run() == {"CLOSE": 1}
    assert stack.tasks.overview().tasks == ()


def test_a_result_that_is_not_ready_is_left_for_a_later_pass(stack, reconciler, dispatched, now) -> None:
    job = JobId(stack.record_of(dispatched).job_id)
    stack.backend.ends[job] = Succeeded(output='{"exit_code": 0}')
    stack.backend.ended_at, stack.logs.default = now[0] - 1, ['{"answer": 42}']
    stack.sleep = pytest.fail
    assert reconciler.run() == {"SETTLE": 1}
    assert (dispatched.answer, dispatched.heartbeats) == (None, 1)
    now[0] += 60
    reconciler.run()
    assert json.loads(dispatched.answer["output"]) == {"answer": 42}


def test_an_end_without_an_event_settles_the_task(stack, reconciler, dispatched) -> None:
    job = JobId(stack.record_of(dispatched).job_id)
    cause = Cause(message="exit code 3", exit_code=3)
    stack.backend.ends[job] = Failed(error=ErrorName.JOB_FAILED, cause=cause)
    assert reconciler.run() == {"SETTLE": 1}
    assert dispatched.answer["error"] == "Job.Failed"
    assert stack.tasks.overview().tasks == ()


def test_a_job_that_waits_too_long_is_a_queue_timeout(stack, reconciler, now) -> None:
    stack.change_activity(max_queue_seconds=300)
    dispatched = stack.stepfunctions.schedule(stack.arn)
    stack.dispatch()
    stack.backend.state = JobState.QUEUED
    now[0] += 301
    assert reconciler.run() == {"QUEUE_TIMEOUT": 1}
    assert dispatched.answer["error"] == "Dispatch.QueueTimeout"
    assert json.loads(dispatched.answer["cause"])["job_id"] == stack.record_of(dispatched).job_id
    assert len(stack.backend.stopped) == 1
    assert reconciler.run() == {"CLOSE": 1}


def test_an_interrupted_start_is_repeated_once(stack, reconciler, now) -> None:
    scheduled = stack.stepfunctions.schedule(stack.arn, '{"n": 1}')

    def die(_task) -> None:
        raise SystemExit("killed")

    stack.backend.before_start = die
    with pytest.raises(SystemExit):
        stack.dispatch()
    stack.backend.before_start = lambda _: None
    assert stack.record_of(scheduled).state is TaskState.STARTING
    assert reconciler.run() == {"BEAT": 1}
    now[0] += 181
    assert reconciler.run() == {"START": 1}
    assert stack.record_of(scheduled).state is TaskState.STARTED
    (task,) = stack.backend.started.values()
    assert (task.token, task.input) == (scheduled.token, '{"n": 1}')
    assert reconciler.run() == {"BEAT": 1}


def test_a_refused_second_start_settles_the_task(stack, reconciler, now) -> None:
    scheduled = stack.stepfunctions.schedule(stack.arn, '{"job": {"gpu": 1}}')
    poll = stack.stepfunctions.get_activity_task(activityArn=stack.arn, workerName="w")
    stack.tasks.add(stack.task(poll["taskToken"], poll["input"]), "fake")
    now[0] += 181
    reconciler.run()
    assert scheduled.answer["error"] == "Dispatch.InvalidInput"
    # Each start may have created a job, which is searched for before the task is closed.
    assert [task.state for task in stack.tasks.overview().tasks] == [TaskState.SETTLED]
    assert reconciler.run() == {"LEAVE": 1}
    now[0] += 181
    assert reconciler.run() == {"CLOSE": 1}
    assert stack.tasks.overview().tasks == ()


def lose_answers(stack, *, works: bool) -> None:
    """Make each start's answer get lost, of a start that works or does not."""
    start = stack.backend.start

    def lose(task):
        if works:
            start(task)
        raise StartRefused(ErrorName.DISPATCH_CAPACITY_UNAVAILABLE, "no answer", may_run=True)

    stack.backend.start = lose


def test_a_job_whose_answer_was_lost_is_found_by_the_reconciler(stack, reconciler, now) -> None:
    scheduled = stack.stepfunctions.schedule(stack.arn)
    lose_answers(stack, works=True)
    find, stack.backend.find = stack.backend.find, lambda _: None
    assert stack.dispatch() is Result.OPEN
    stack.backend.find = find
    assert not scheduled.answer
    now[0] += 181
    assert reconciler.run() == {"START": 1}
    assert stack.record_of(scheduled).state is TaskState.STARTED
    assert len(stack.backend.started) == 1


@pytest.mark.parametrize("describes_jobs", [True, False])
def test_a_start_is_repeated_five_times_and_then_given_up(stack, reconciler, now, describes_jobs) -> None:
    stack.change_activity(max_concurrent_jobs=1)
    stack.backend.describes_jobs, stack.backend.max_job_seconds = describes_jobs, 900
    scheduled = stack.stepfunctions.schedule(stack.arn)
    lose_answers(stack, works=False)
    stack.dispatch()
    for restarts in range(1, 6):
        now[0] += 181
        assert reconciler.run() == {"START": 1}
        assert stack.record_of(scheduled).restarts == restarts
    assert not scheduled.answer
    now[0] += 181
    reconciler.run()
    assert scheduled.answer["error"] == "Dispatch.CapacityUnavailable"
    assert "6 starts" in scheduled.answer["cause"]
    now[0] += 181
    reconciler.run()
    assert stack.tasks.overview().tasks == ()
    assert stack.slot_store.holders[stack.arn] == set()


def test_a_task_that_an_invocation_has_claimed_is_not_given_up(stack, reconciler, now) -> None:
    stack.backend.describes_jobs, stack.backend.max_job_seconds = False, 900
    scheduled = stack.stepfunctions.schedule(stack.arn)
    lose_answers(stack, works=False)
    stack.dispatch()
    record = stack.record_of(scheduled)
    assert stack.tasks.claim(record.task_id, "lambda:r1/nonce", job_id="r1")
    stack.dispatcher.starter.give_up(stack.tasks.activities[record.activity_arn], stack.backend, record)
    assert not scheduled.answer


def test_no_job_is_started_when_the_failure_was_sent_but_not_recorded(stack, reconciler, now) -> None:
    scheduled = stack.stepfunctions.schedule(stack.arn)
    poll = stack.stepfunctions.get_activity_task(activityArn=stack.arn, workerName="w")
    stack.tasks.add(stack.task(poll["taskToken"], poll["input"]), "fake")
    stack.answers.failure(
        scheduled.token, Failed(error="Dispatch.CapacityUnavailable", cause=Cause(message="x"))
    )
    now[0] += 181
    assert reconciler.run() == {"START": 1}
    assert stack.backend.started == {}
    assert stack.record_of(scheduled).outcome is OutcomeName.CANCELLED


def test_a_refused_restart_leaves_the_task_to_an_invocation_that_may_be_queued(
    stack, reconciler, now
) -> None:
    stack.backend.describes_jobs, stack.backend.max_job_seconds = False, 900
    scheduled = stack.stepfunctions.schedule(stack.arn)
    stack.dispatch()

    def refuse(_task) -> None:
        raise StartRefused(ErrorName.DISPATCH_THROTTLED, "too many")

    stack.backend.before_start = refuse
    now[0] += 181
    assert reconciler.run() == {"START": 1}
    assert not scheduled.answer
    assert stack.record_of(scheduled).state is TaskState.STARTING


def test_a_function_that_never_claims_its_task_is_lost_after_the_longest_queue(
    stack, reconciler, now
) -> None:
    stack.backend.describes_jobs, stack.backend.max_job_seconds = False, 900
    scheduled = stack.stepfunctions.schedule(stack.arn, timeout_seconds=86_400, heartbeat_seconds=86_400)
    stack.change_activity(timeout_seconds=86_400)
    stack.dispatch()
    now[0] += 181
    assert reconciler.run() == {"START": 1}
    now[0] += 21_600
    reconciler.run()
    assert not scheduled.answer
    now[0] += 61
    assert reconciler.run() == {"LOST": 1}
    assert scheduled.answer["error"] == "Job.Interrupted"


def test_a_job_that_its_service_has_forgotten_is_interrupted(stack, reconciler, dispatched, now) -> None:
    stack.backend.started.clear()
    now[0] += 601
    assert reconciler.run() == {"LOST": 1}
    assert dispatched.answer["error"] == "Job.Interrupted"


def test_the_job_of_a_settled_task_is_stopped_if_it_keeps_running(stack, reconciler, dispatched, now) -> None:
    stack.settler.settle(task_id_of(dispatched.token), dispatched.token, Succeeded(output="1"))
    assert reconciler.run() == {"LEAVE": 1}
    now[0] += 61
    assert reconciler.run() == {"STOP": 1}
    assert reconciler.run() == {"CLOSE": 1}
    assert reconciler.run() == {}


def test_the_job_of_an_interrupted_and_cancelled_start_is_found_and_stopped(stack, reconciler, now) -> None:
    stack.stepfunctions.schedule(stack.arn)
    poll = stack.stepfunctions.get_activity_task(activityArn=stack.arn, workerName="w")
    task = stack.task(poll["taskToken"], poll["input"])
    stack.tasks.add(task, "fake")
    job = stack.backend.start(task)
    stack.settler.cancel(task.task_id)
    now[0] += 181
    assert reconciler.run() == {"CLOSE": 1}
    assert set(stack.backend.stopped) == {job}
    assert reconciler.run() == {"CLOSE": 1}
    assert stack.tasks.overview().tasks == ()
