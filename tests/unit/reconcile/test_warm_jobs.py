"""The reconciler and jobs of warm workers: those that linger, and what they leave behind."""

import json
from dataclasses import replace

import pytest

from activity_dispatch.domain.jobs import JobId
from activity_dispatch.domain.outcomes import Cause, Failed, Succeeded
from activity_dispatch.domain.polls import new_poll_id
from activity_dispatch.domain.pools import PoolRoom
from activity_dispatch.domain.tasks import OutcomeName, TaskState, task_id_of
from activity_dispatch.report.reporter import make_reporter


@pytest.fixture
def first(stack, now):
    """The id of a task whose job lingers: it is settled, and its worker has signed."""
    stack.change_activity(linger_seconds=20, max_concurrent_jobs=1)
    fake = stack.stepfunctions.schedule(stack.arn, "{}")
    stack.dispatch()
    task_id = task_id_of(fake.token)
    stack.tasks.claim(task_id, f"ecs:fake-{task_id}")
    stack.settler.settle(task_id, fake.token, Succeeded(output="1"))
    assert stack.runtime.warm_jobs.linger(task_id, now[0] + 300)
    return task_id


@pytest.fixture
def follow(stack, first):
    """Let the job take a task; without a claimant, it gives it back."""

    def take(claimant: str | None = "ecs:1"):
        fake = stack.stepfunctions.schedule(stack.arn, '{"n": 2}')
        stack.stepfunctions.get_activity_task(activityArn=stack.arn, workerName="2" * 16)
        task = replace(stack.task(fake.token, '{"n": 2}'), poll_id="2" * 16)
        stack.runtime.warm_jobs.linger(first, stack.clock() + 300, runs=task.task_id)
        stack.runtime.warm_jobs.add(task, first, claimant)
        return fake

    return take


def test_a_job_that_lingers_is_left_alone_and_keeps_its_slot(stack, reconciler, first, now) -> None:
    now[0] += 299
    assert reconciler.run() == {"LEAVE": 1}
    assert not stack.backend.stopped
    assert len(stack.slot_store.records()[0].holders) == 1


def test_a_worker_that_hangs_is_stopped(stack, reconciler, first, now) -> None:
    now[0] += 301
    assert reconciler.run() == {"STOP": 1}
    assert stack.backend.stopped


def test_a_later_task_is_left_to_its_worker(stack, reconciler, follow, now) -> None:
    fake = follow()
    now[0] += 250
    assert reconciler.run() == {"LEAVE": 2}
    assert fake.heartbeats == 0


def test_an_abort_of_a_later_task_stops_no_job(stack, reconciler, follow, first) -> None:
    fake = follow()
    record = stack.tasks.get(task_id_of(fake.token))
    reconciler.steps.canceller.cancel(record)
    assert stack.tasks.get(record.task_id).is_closed
    assert not stack.backend.stopped
    assert not stack.tasks.get(first).is_closed


@pytest.mark.parametrize("by_event", [False, True])
def test_the_end_of_a_job_ends_its_last_task(stack, reconciler, follow, first, by_event) -> None:
    fake = follow()
    job = JobId(stack.tasks.get(first).job_id)
    failed = Failed(error="Job.OutOfMemory", cause=Cause(message="killed", exit_code=137))
    stack.backend.ends[job] = failed
    if by_event:
        make_reporter(stack.runtime).handle({"diagnosis": stack.backend.describe([job])[job]})
    else:
        reconciler.run()
    assert fake.answer["error"] == "Job.OutOfMemory"
    assert stack.tasks.overview().tasks == ()
    assert not stack.slot_store.records()[0].holders


def test_a_container_that_exits_0_has_no_result_for_its_last_task(stack, reconciler, follow, first) -> None:
    fake = follow()
    job = JobId(stack.tasks.get(first).job_id)
    stack.backend.ends[job] = Succeeded(output='{"exit_code": 0}')
    reconciler.run()
    assert fake.answer["error"] == "Job.Interrupted"


def test_a_task_that_was_given_back_is_started_when_a_slot_is_free(stack, reconciler, follow, first) -> None:
    fake = follow(claimant=None)
    task_id = task_id_of(fake.token)
    job = JobId(stack.tasks.get(first).job_id)
    reconciler.run()
    assert stack.tasks.get(task_id).job_of == first
    stack.backend.ends[job] = Succeeded(output="{}")
    make_reporter(stack.runtime).handle({"diagnosis": stack.backend.describe([job])[job]})
    reconciler.run()
    record = stack.tasks.get(task_id)
    assert (record.state, record.job_of, record.holds_slot) == (TaskState.STARTED, None, True)
    assert record.job_id not in (None, job)
    assert fake.answer is None
    assert len(stack.slot_store.records()[0].holders) == 1


def test_a_task_that_was_given_back_waits_for_room_in_its_pool(stack, reconciler, follow, first) -> None:
    stack.pool_store.sizes["licences"] = 1
    activity = stack.change_activity(pool="licences", max_concurrent_jobs=2)
    for task_id, record in stack.tasks.records.items():
        stack.tasks.records[task_id] = replace(record, description=None)
    task_id = task_id_of(follow(claimant=None).token)
    pools, other = stack.runtime.pools, new_poll_id(stack.clock())
    assert pools.reserve(activity, other, is_missed=False, waits=False)
    reconciler.run()
    assert stack.tasks.get(task_id).job_of == first
    assert len(stack.slot_store.records()[0].holders) == 1
    pools.free(stack.arn, PoolRoom(pool="licences", holder=other))
    reconciler.run()
    record = stack.tasks.get(task_id)
    assert (record.state, record.pool) == (TaskState.STARTED, "licences")
    assert [*stack.pool_store.read_pool("licences").held] == [record.poll_id]


def test_nothing_is_started_for_an_activity_that_is_not_warm(stack, reconciler, follow, first) -> None:
    fake = follow(claimant=None)
    stack.change_activity(linger_seconds=None)
    for task_id, record in stack.tasks.records.items():
        stack.tasks.records[task_id] = replace(record, description=None)
    reconciler.run()
    assert stack.tasks.get(task_id_of(fake.token)).state is TaskState.STARTING


def test_a_vain_poll_beside_warm_workers_clears_the_requests_that_wait(stack) -> None:
    activity = stack.change_activity(linger_seconds=20, max_concurrent_jobs=1)
    for _ in range(3):
        stack.slot_store.add_waiting(activity.arn)
    taker = stack.taker("p")
    assert taker.poll(activity, taker.reserve(activity)) is None
    assert stack.slot_store.records()[0].waiting == 0
    (body,) = stack.sqs.bodies
    assert json.loads(body)["missed"] is True


def test_a_cancelled_first_tasks_job_does_not_linger(stack, reconciler, dispatched, now) -> None:
    task_id = task_id_of(dispatched.token)
    stack.settler.cancel(task_id)
    assert not stack.runtime.warm_jobs.linger(task_id, now[0] + 300)
    assert stack.tasks.get(task_id).outcome is OutcomeName.CANCELLED
