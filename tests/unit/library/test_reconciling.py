"""The reconciler's passes over a world in memory."""

import json

import pytest

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.backends.base import InvalidBackendConfig, StartRefused
from activity_dispatch.domain.activities import WakeUp
from activity_dispatch.domain.jobs import JobId, JobState
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Succeeded
from activity_dispatch.domain.polls import new_poll_id
from activity_dispatch.domain.tasks import OutcomeName, TaskState, task_id_of
from activity_dispatch.lifecycle.canceller import Canceller
from activity_dispatch.reconcile.reconciler import Reconciler
from activity_dispatch.reconcile.steps import TaskSteps
from activity_dispatch.report.reporter import Reporter
from activity_dispatch.testing import FakeBackend
from activity_dispatch.testing.stepfunctions import client_error


class NoLogs:
    """Jobs here write no log."""

    def last_lines(self, _location) -> tuple[str, ...]:
        return ()


@pytest.fixture
def now(world) -> list[float]:
    """The time of the table and the reconciler."""
    now = [1_000_000.0]
    world.tasks.clock = lambda: now[0]
    return now


@pytest.fixture
def reconciler(world, now) -> Reconciler:
    common = {
        "tasks": world.tasks,
        "activities": world.dispatcher.activities,
        "backend_of": lambda _: world.backend,
        "settler": world.settler,
    }
    steps = TaskSteps(
        tasks=world.tasks,
        answers=world.answers,
        settler=world.settler,
        starter=world.dispatcher.starter,
        reporter=Reporter(diagnose=FakeBackend.diagnose, logs=NoLogs(), **common),  # type: ignore[arg-type]
        canceller=Canceller(stepfunctions=world.stepfunctions, **common),
        rate=RateLimit(per_second=1_000_000),
    )
    return Reconciler(
        tasks=world.tasks,
        slots=world.slots,
        steps=steps,
        backend_of=lambda _: world.backend,
        threads=2,
        clock=lambda: now[0],
    )


@pytest.fixture
def dispatched(world, now):
    """A task whose job was started."""
    scheduled = world.stepfunctions.schedule(world.arn, '{"n": 1}')
    world.dispatcher.handle(json.dumps({"activity_arn": world.arn}))
    return scheduled


def record_of(world, scheduled):
    return world.tasks.get(task_id_of(scheduled.token))


def test_a_job_that_does_not_beat_itself_gets_heartbeats(world, reconciler, dispatched) -> None:
    assert reconciler.run() == {"BEAT": 1}
    assert dispatched.heartbeats == 1


def test_what_a_job_tells_of_its_progress_is_noted(world, reconciler, dispatched) -> None:
    world.backend.progress = "half"
    assert reconciler.run() == {"BEAT": 1}
    assert record_of(world, dispatched).progress == "half"


def test_a_worker_beats_itself(world, reconciler, dispatched) -> None:
    world.tasks.claim(task_id_of(dispatched.token), "ecs:1")
    assert reconciler.run() == {"LEAVE": 1}
    assert dispatched.heartbeats == 0


def test_a_job_that_nobody_waits_for_is_stopped_and_its_task_closed(world, reconciler, dispatched) -> None:
    dispatched.timed_out = True
    assert reconciler.run() == {"BEAT": 1}
    assert record_of(world, dispatched).outcome is OutcomeName.CANCELLED
    assert list(world.backend.stopped.values()) == ["nobody waits for the task any more"]
    assert reconciler.run() == {"CLOSE": 1}
    assert world.tasks.overview().tasks == ()


def test_an_end_without_an_event_settles(world, reconciler, dispatched) -> None:
    job = JobId(record_of(world, dispatched).job_id)
    cause = Cause(message="exit code 3", exit_code=3)
    world.backend.ends[job] = Failed(error=ErrorName.JOB_FAILED, cause=cause)
    assert reconciler.run() == {"SETTLE": 1}
    assert dispatched.answer["error"] == "Job.Failed"
    assert world.tasks.overview().tasks == ()


def test_a_job_that_waits_too_long_is_a_queue_timeout(world, reconciler, dispatched, now) -> None:
    world.set_activity(max_queue_seconds=300)
    world.backend.state = JobState.QUEUED
    now[0] += 301
    assert reconciler.run() == {"QUEUE_TIMEOUT": 1}
    assert dispatched.answer["error"] == "Dispatch.QueueTimeout"
    assert json.loads(dispatched.answer["cause"])["job_id"] == record_of(world, dispatched).job_id
    assert len(world.backend.stopped) == 1
    assert reconciler.run() == {"CLOSE": 1}


def test_a_start_that_was_interrupted_is_made_again_and_once(world, reconciler, now) -> None:
    scheduled = world.stepfunctions.schedule(world.arn, '{"n": 1}')

    def die(_task) -> None:
        raise SystemExit("killed")

    world.backend.before_start = die
    with pytest.raises(SystemExit):
        world.dispatcher.handle(json.dumps({"activity_arn": world.arn}))
    world.backend.before_start = lambda _: None
    assert record_of(world, scheduled).state is TaskState.STARTING
    assert reconciler.run() == {"BEAT": 1}
    now[0] += 181
    assert reconciler.run() == {"START": 1}
    assert record_of(world, scheduled).state is TaskState.STARTED
    (task,) = world.backend.started.values()
    assert (task.token, task.input) == (scheduled.token, '{"n": 1}')
    assert reconciler.run() == {"BEAT": 1}


def test_a_second_start_that_is_refused_settles(world, reconciler, now) -> None:
    scheduled = world.stepfunctions.schedule(world.arn, '{"job": {"gpu": 1}}')
    poll = world.stepfunctions.get_activity_task(activityArn=world.arn, workerName="w")
    world.tasks.add(world.task(poll["taskToken"], poll["input"]), "fake")
    now[0] += 181
    reconciler.run()
    assert scheduled.answer["error"] == "Dispatch.InvalidInput"
    # Each start may have made a job: it is looked for before the task is closed.
    assert [task.state for task in world.tasks.overview().tasks] == [TaskState.SETTLED]
    assert reconciler.run() == {"LEAVE": 1}
    now[0] += 181
    assert reconciler.run() == {"CLOSE": 1}
    assert world.tasks.overview().tasks == ()


def test_a_job_whose_start_seemed_refused_is_found_and_stopped(world, reconciler, now) -> None:
    world.set_activity(max_concurrent_jobs=1)
    scheduled, start = world.stepfunctions.schedule(world.arn), world.backend.start

    def lose(task):
        start(task)
        raise StartRefused(ErrorName.DISPATCH_CAPACITY_UNAVAILABLE, "no answer", may_run=True)

    world.backend.start = lose
    world.dispatcher.handle(json.dumps({"activity_arn": world.arn}))
    assert scheduled.answer["error"] == "Dispatch.CapacityUnavailable"
    assert len(world.store.holders[world.arn]) == 1
    now[0] += 181
    assert reconciler.run() == {"CLOSE": 1}
    assert len(world.backend.stopped) == 1
    assert reconciler.run() == {"CLOSE": 1}
    assert world.store.holders[world.arn] == set()


def test_a_job_that_its_service_forgot_is_interrupted(world, reconciler, dispatched, now) -> None:
    world.backend.started.clear()
    now[0] += 601
    assert reconciler.run() == {"LOST": 1}
    assert dispatched.answer["error"] == "Job.Interrupted"


def test_a_settled_task_whose_job_goes_on_is_stopped(world, reconciler, dispatched, now) -> None:
    world.settler.settle(task_id_of(dispatched.token), dispatched.token, Succeeded(output="1"))
    assert reconciler.run() == {"LEAVE": 1}
    now[0] += 61
    assert reconciler.run() == {"STOP": 1}
    assert reconciler.run() == {"CLOSE": 1}
    assert reconciler.run() == {}


def test_a_job_of_an_interrupted_and_cancelled_start_is_found_and_stopped(world, reconciler, now) -> None:
    world.stepfunctions.schedule(world.arn)
    poll = world.stepfunctions.get_activity_task(activityArn=world.arn, workerName="w")
    task = world.task(poll["taskToken"], poll["input"])
    world.tasks.add(task, "fake")
    job = world.backend.start(task)
    world.settler.cancel(task.task_id)
    now[0] += 181
    assert reconciler.run() == {"CLOSE": 1}
    assert set(world.backend.stopped) == {job}
    assert reconciler.run() == {"CLOSE": 1}
    assert world.tasks.overview().tasks == ()


def test_slots_of_lost_polls_are_freed_and_waiting_requests_woken(world, reconciler, now) -> None:
    world.set_activity(max_concurrent_jobs=2)
    world.slots.reserve(world.arn, new_poll_id(now[0] - 181), 2)
    world.slots.reserve(world.arn, new_poll_id(now[0] - 100), 2)
    assert not world.slots.reserve(world.arn, new_poll_id(now[0]), 2)
    reconciler.run()
    assert len(world.store.holders[world.arn]) == 1
    assert world.store.waiting[world.arn] == 0
    assert {"activity_arn": world.arn} in [json.loads(body) for body in world.sqs.bodies]


def test_slots_of_open_tasks_are_kept(world, reconciler, now) -> None:
    world.set_activity(max_concurrent_jobs=1)
    world.dispatcher.taker.__dict__["clock"] = lambda: now[0]
    scheduled = world.stepfunctions.schedule(world.arn)
    world.dispatcher.handle(json.dumps({"activity_arn": world.arn}))
    now[0] += 500
    reconciler.run()
    assert world.store.holders[world.arn] == {record_of(world, scheduled).poll_id}


def test_every_activity_is_polled_for_missed_tasks_once_in_a_quarter_of_an_hour(
    world, reconciler, now
) -> None:
    for _ in range(30):
        reconciler.run()
        # A pass made twice asks once.
        reconciler.run()
        now[0] += 60
    assert [json.loads(body) for body in world.sqs.bodies] == [
        {"activity_arn": world.arn, "missed": True}
    ] * 2


@pytest.mark.parametrize(("mode", "polls"), [(WakeUp.LOGS, 2), (WakeUp.POLL, 0)])
def test_missed_tasks_are_polled_for_where_nobody_polls_anyway(
    world, reconciler, now, mode: WakeUp, polls: int
) -> None:
    world.set_activity(wake_up=mode)
    for _ in range(30):
        reconciler.run()
        now[0] += 60
    assert len(world.sqs.bodies) == polls


def test_one_task_with_a_problem_keeps_no_other_from_its_step(world, reconciler, now, monkeypatch) -> None:
    scheduled = [world.stepfunctions.schedule(world.arn) for _ in range(3)]
    for _ in scheduled:
        world.dispatcher.handle(json.dumps({"activity_arn": world.arn}))
    beat = type(world.answers).heartbeat

    def refuse_the_first(self, token: str) -> None:
        if token == scheduled[0].token:
            raise client_error("ThrottlingException", "SendTaskHeartbeat")
        if token == scheduled[1].token:
            raise RuntimeError("a mistake")
        beat(self, token)

    monkeypatch.setattr(type(world.answers), "heartbeat", refuse_the_first)
    assert reconciler.run() == {"PROBLEM": 2, "BEAT": 1}
    assert scheduled[2].heartbeats == 1


def test_a_backend_with_a_problem_keeps_no_other_activity_from_its_steps(
    world, reconciler, dispatched, monkeypatch
) -> None:
    def refuse(*_: object) -> None:
        raise InvalidBackendConfig("cluster: None")

    monkeypatch.setattr(world.backend, "describe", refuse)
    assert reconciler.run() == {"PROBLEM": 1}


def test_heartbeats_are_as_rare_as_heartbeat_seconds_allow(world, reconciler, dispatched, now) -> None:
    world.set_activity(heartbeat_seconds=900)
    for _ in range(15):
        reconciler.run()
        now[0] += 60
    assert dispatched.heartbeats == 3
