"""The reconciler's passes over a stack in memory."""

import json

import pytest

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.backends.base import InvalidBackendConfig, StartRefused
from activity_dispatch.domain.activities import WakeUp
from activity_dispatch.domain.jobs import JobId, JobState
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Succeeded
from activity_dispatch.domain.polls import new_poll_id
from activity_dispatch.domain.tasks import OutcomeName, TaskState, task_id_of
from activity_dispatch.reconcile.assembly import make_reconciler
from activity_dispatch.reconcile.reconciler import Reconciler
from activity_dispatch.testing.stepfunctions import client_error


@pytest.fixture
def now(stack) -> list[float]:
    """The time of the table and the reconciler."""
    now = [1_000_000.0]
    stack.clock = lambda: now[0]
    return now


@pytest.fixture
def reconciler(stack, now) -> Reconciler:
    return make_reconciler(stack.runtime, threads=2, heartbeats=RateLimit(per_second=1_000_000))


@pytest.fixture
def dispatched(stack, now):
    """A task whose job was started."""
    scheduled = stack.stepfunctions.schedule(stack.arn, '{"n": 1}')
    stack.dispatcher.handle(json.dumps({"activity_arn": stack.arn}))
    return scheduled


def record_of(stack, scheduled):
    return stack.tasks.get(task_id_of(scheduled.token))


def test_a_job_that_does_not_beat_itself_gets_heartbeats(stack, reconciler, dispatched) -> None:
    assert reconciler.run() == {"BEAT": 1}
    assert dispatched.heartbeats == 1


def test_what_a_job_tells_of_its_progress_is_noted(stack, reconciler, dispatched) -> None:
    stack.backend.progress = "half"
    assert reconciler.run() == {"BEAT": 1}
    assert record_of(stack, dispatched).progress == "half"


def test_a_worker_beats_itself(stack, reconciler, dispatched) -> None:
    stack.tasks.claim(task_id_of(dispatched.token), "ecs:1")
    assert reconciler.run() == {"LEAVE": 1}
    assert dispatched.heartbeats == 0


def test_a_job_that_nobody_waits_for_is_stopped_and_its_task_closed(stack, reconciler, dispatched) -> None:
    dispatched.timed_out = True
    assert reconciler.run() == {"BEAT": 1}
    assert record_of(stack, dispatched).outcome is OutcomeName.CANCELLED
    assert list(stack.backend.stopped.values()) == ["nobody waits for the task any more"]
    assert reconciler.run() == {"CLOSE": 1}
    assert stack.tasks.overview().tasks == ()


def test_an_end_without_an_event_settles(stack, reconciler, dispatched) -> None:
    job = JobId(record_of(stack, dispatched).job_id)
    cause = Cause(message="exit code 3", exit_code=3)
    stack.backend.ends[job] = Failed(error=ErrorName.JOB_FAILED, cause=cause)
    assert reconciler.run() == {"SETTLE": 1}
    assert dispatched.answer["error"] == "Job.Failed"
    assert stack.tasks.overview().tasks == ()


def test_a_job_that_waits_too_long_is_a_queue_timeout(stack, reconciler, dispatched, now) -> None:
    stack.change_activity(max_queue_seconds=300)
    stack.backend.state = JobState.QUEUED
    now[0] += 301
    assert reconciler.run() == {"QUEUE_TIMEOUT": 1}
    assert dispatched.answer["error"] == "Dispatch.QueueTimeout"
    assert json.loads(dispatched.answer["cause"])["job_id"] == record_of(stack, dispatched).job_id
    assert len(stack.backend.stopped) == 1
    assert reconciler.run() == {"CLOSE": 1}


def test_a_start_that_was_interrupted_is_made_again_and_once(stack, reconciler, now) -> None:
    scheduled = stack.stepfunctions.schedule(stack.arn, '{"n": 1}')

    def die(_task) -> None:
        raise SystemExit("killed")

    stack.backend.before_start = die
    with pytest.raises(SystemExit):
        stack.dispatcher.handle(json.dumps({"activity_arn": stack.arn}))
    stack.backend.before_start = lambda _: None
    assert record_of(stack, scheduled).state is TaskState.STARTING
    assert reconciler.run() == {"BEAT": 1}
    now[0] += 181
    assert reconciler.run() == {"START": 1}
    assert record_of(stack, scheduled).state is TaskState.STARTED
    (task,) = stack.backend.started.values()
    assert (task.token, task.input) == (scheduled.token, '{"n": 1}')
    assert reconciler.run() == {"BEAT": 1}


def test_a_second_start_that_is_refused_settles(stack, reconciler, now) -> None:
    scheduled = stack.stepfunctions.schedule(stack.arn, '{"job": {"gpu": 1}}')
    poll = stack.stepfunctions.get_activity_task(activityArn=stack.arn, workerName="w")
    stack.tasks.add(stack.task(poll["taskToken"], poll["input"]), "fake")
    now[0] += 181
    reconciler.run()
    assert scheduled.answer["error"] == "Dispatch.InvalidInput"
    # Each start may have made a job: it is looked for before the task is closed.
    assert [task.state for task in stack.tasks.overview().tasks] == [TaskState.SETTLED]
    assert reconciler.run() == {"LEAVE": 1}
    now[0] += 181
    assert reconciler.run() == {"CLOSE": 1}
    assert stack.tasks.overview().tasks == ()


def test_a_job_whose_start_seemed_refused_is_found_and_stopped(stack, reconciler, now) -> None:
    stack.change_activity(max_concurrent_jobs=1)
    scheduled, start = stack.stepfunctions.schedule(stack.arn), stack.backend.start

    def lose(task):
        start(task)
        raise StartRefused(ErrorName.DISPATCH_CAPACITY_UNAVAILABLE, "no answer", may_run=True)

    stack.backend.start = lose
    stack.dispatcher.handle(json.dumps({"activity_arn": stack.arn}))
    assert scheduled.answer["error"] == "Dispatch.CapacityUnavailable"
    assert len(stack.slot_store.holders[stack.arn]) == 1
    now[0] += 181
    assert reconciler.run() == {"CLOSE": 1}
    assert len(stack.backend.stopped) == 1
    assert reconciler.run() == {"CLOSE": 1}
    assert stack.slot_store.holders[stack.arn] == set()


def test_a_job_that_its_service_forgot_is_interrupted(stack, reconciler, dispatched, now) -> None:
    stack.backend.started.clear()
    now[0] += 601
    assert reconciler.run() == {"LOST": 1}
    assert dispatched.answer["error"] == "Job.Interrupted"


def test_a_settled_task_whose_job_goes_on_is_stopped(stack, reconciler, dispatched, now) -> None:
    stack.settler.settle(task_id_of(dispatched.token), dispatched.token, Succeeded(output="1"))
    assert reconciler.run() == {"LEAVE": 1}
    now[0] += 61
    assert reconciler.run() == {"STOP": 1}
    assert reconciler.run() == {"CLOSE": 1}
    assert reconciler.run() == {}


def test_a_job_of_an_interrupted_and_cancelled_start_is_found_and_stopped(stack, reconciler, now) -> None:
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


def test_slots_of_lost_polls_are_freed_and_waiting_requests_woken(stack, reconciler, now) -> None:
    stack.change_activity(max_concurrent_jobs=2)
    stack.slots.reserve(stack.arn, new_poll_id(now[0] - 181), 2)
    stack.slots.reserve(stack.arn, new_poll_id(now[0] - 100), 2)
    assert not stack.slots.reserve(stack.arn, new_poll_id(now[0]), 2)
    reconciler.run()
    assert len(stack.slot_store.holders[stack.arn]) == 1
    assert stack.slot_store.waiting[stack.arn] == 0
    assert {"activity_arn": stack.arn} in [json.loads(body) for body in stack.sqs.bodies]


def test_slots_of_open_tasks_are_kept(stack, reconciler, now) -> None:
    stack.change_activity(max_concurrent_jobs=1)
    stack.dispatcher.taker.__dict__["clock"] = lambda: now[0]
    scheduled = stack.stepfunctions.schedule(stack.arn)
    stack.dispatcher.handle(json.dumps({"activity_arn": stack.arn}))
    now[0] += 500
    reconciler.run()
    assert stack.slot_store.holders[stack.arn] == {record_of(stack, scheduled).poll_id}


def test_every_activity_is_polled_for_missed_tasks_once_in_a_quarter_of_an_hour(
    stack, reconciler, now
) -> None:
    for _ in range(30):
        reconciler.run()
        # A pass made twice asks once.
        reconciler.run()
        now[0] += 60
    assert [json.loads(body) for body in stack.sqs.bodies] == [
        {"activity_arn": stack.arn, "missed": True}
    ] * 2


@pytest.mark.parametrize(("mode", "polls"), [(WakeUp.LOGS, 2), (WakeUp.POLL, 0)])
def test_missed_tasks_are_polled_for_where_nobody_polls_anyway(
    stack, reconciler, now, mode: WakeUp, polls: int
) -> None:
    stack.change_activity(wake_up=mode)
    for _ in range(30):
        reconciler.run()
        now[0] += 60
    assert len(stack.sqs.bodies) == polls


def test_one_task_with_a_problem_keeps_no_other_from_its_step(stack, reconciler, now, monkeypatch) -> None:
    scheduled = [stack.stepfunctions.schedule(stack.arn) for _ in range(3)]
    for _ in scheduled:
        stack.dispatcher.handle(json.dumps({"activity_arn": stack.arn}))
    beat = type(stack.answers).heartbeat

    def refuse_the_first(self, token: str) -> None:
        if token == scheduled[0].token:
            raise client_error("ThrottlingException", "SendTaskHeartbeat")
        if token == scheduled[1].token:
            raise RuntimeError("a mistake")
        beat(self, token)

    monkeypatch.setattr(type(stack.answers), "heartbeat", refuse_the_first)
    assert reconciler.run() == {"PROBLEM": 2, "BEAT": 1}
    assert scheduled[2].heartbeats == 1


def test_a_backend_with_a_problem_keeps_no_other_activity_from_its_steps(
    stack, reconciler, dispatched, monkeypatch
) -> None:
    def refuse(*_: object) -> None:
        raise InvalidBackendConfig("cluster: None")

    monkeypatch.setattr(stack.backend, "describe", refuse)
    assert reconciler.run() == {"PROBLEM": 1}


def test_heartbeats_are_as_rare_as_heartbeat_seconds_allow(stack, reconciler, dispatched, now) -> None:
    stack.change_activity(heartbeat_seconds=900)
    for _ in range(15):
        reconciler.run()
        now[0] += 60
    assert dispatched.heartbeats == 3
