"""What the random interleavings have found, or only a look could: each as short as it is."""

import pytest
from tests.unit.model.compute import Kind
from tests.unit.model.processes import Process
from tests.unit.model.world import Beats, World

from activity_dispatch.domain.jobs import JobState
from activity_dispatch.domain.tasks import TaskState
from activity_dispatch.testing import AFTER, Fault
from activity_dispatch.worker import lambda_function as processing


def until(process: Process, call: str) -> None:
    """Let the process go on until it is about to make this call."""
    while not process.is_done and process.pending != call:
        process.step()


def interrupted(kind: Kind, *, is_plain: bool, before: str) -> World:
    """A start whose dispatcher died before this call, longer ago than a start takes."""
    world = World(kind, 1, None)
    world.schedule(is_plain=is_plain, is_requested=True)
    dispatcher = world.dispatch(world.messages[0])
    until(dispatcher, before)
    dispatcher.kill()
    world.settle()
    return world


@pytest.mark.parametrize("kind", [Kind.TOKEN, Kind.LIST])
def test_a_job_whose_start_had_no_answer_is_stopped_and_keeps_its_slot_till_then(kind: Kind) -> None:
    world = World(kind, 1, None)
    world.schedule(is_plain=True, is_requested=True)
    dispatcher = world.dispatch(world.messages[0])
    until(dispatcher, "run_job")
    dispatcher.step(Fault(fail="InternalServerError", when=AFTER))
    dispatcher.finish()
    world.settle()
    (job,) = world.compute.under_way()
    assert len(world.store.holders[world.activity.arn]) == 1
    for _ in range(2):
        world.advance(181.0)
        world.reconcile().finish()
        world.settle()
    assert job.state is JobState.ENDED
    world.check()


@pytest.mark.parametrize("kind", Kind)
def test_two_passes_at_once_make_one_job(kind: Kind) -> None:
    world = interrupted(kind, is_plain=True, before="list_jobs" if kind is Kind.LIST else "run_job")
    # Two steps, so that the state's heartbeat does not run out.
    for _ in range(2):
        world.advance(91.0)
        world.stepfunctions.send_task_heartbeat(taskToken="token-0")
    passes = [world.reconcile() for _ in range(2)]
    for one in passes:
        until(one, "run_job")
    for one in passes:
        one.finish()
    world.settle()
    assert len(world.compute.jobs) == 1
    world.check()


def test_a_task_that_an_invocation_works_at_is_not_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing, "Heartbeats", Beats)
    world = interrupted(Kind.FUNCTION, is_plain=False, before="record_started")
    (job,) = world.compute.under_way()
    world.run_job(job)
    until(world.workers[job.id], "go_on")
    for _ in range(2):
        world.advance(91.0)
        world.stepfunctions.send_task_heartbeat(taskToken="token-0")
    world.reconcile().finish()
    world.settle()
    assert [record.state for record in world.tasks.records.values()] == [TaskState.STARTED]
    assert len(world.compute.jobs) == 1
    world.workers[job.id].finish()
    world.settle()
    assert [task.status for task in world.stepfunctions.tasks.values()] == ["SUCCEEDED"]
    assert world.open_things() == []


def test_a_job_that_runs_is_found_and_not_started_again() -> None:
    world = interrupted(Kind.TOKEN, is_plain=True, before="record_started")
    (job,) = world.compute.under_way()
    world.run_job(job)
    for _ in range(2):
        world.advance(91.0)
        world.stepfunctions.send_task_heartbeat(taskToken="token-0")
    reconciler = world.reconcile()
    until(reconciler, "run_job")
    assert reconciler.is_done
    world.settle()
    (record,) = world.tasks.records.values()
    assert (record.state, record.job_id) == (TaskState.STARTED, job.id)
