"""Problems that random interleavings or reviews have found, each as its shortest sequence of events."""

import pytest
from tests.unit.model.compute import Kind
from tests.unit.model.invariants import check, open_things
from tests.unit.model.model import Model
from tests.unit.model.processes import Process
from tests.unit.model.roles import Beats

from activity_dispatch.domain.jobs import JobState
from activity_dispatch.domain.tasks import TaskState
from activity_dispatch.testing import AFTER, Fault
from activity_dispatch.worker import lambda_function


def run_to(process: Process, call: str) -> None:
    """Let the process run until it is about to make this call."""
    while not process.is_done and process.pending != call:
        process.step()


def interrupted(kind: Kind, *, is_plain: bool, before: str) -> Model:
    """Return a model whose dispatcher died before this call, longer ago than a start takes."""
    model = Model(kind, 1)
    model.executions.schedule(plain=is_plain)
    dispatcher = model.dispatch(model.messages[0])
    run_to(dispatcher, before)
    dispatcher.kill()
    model.settle()
    return model


@pytest.mark.parametrize("kind", [Kind.TOKEN, Kind.LIST])
def test_a_job_whose_start_got_no_answer_keeps_its_slot_until_it_is_stopped(kind: Kind) -> None:
    model = Model(kind, 1)
    model.executions.schedule(plain=True)
    dispatcher = model.dispatch(model.messages[0])
    run_to(dispatcher, "run_job")
    dispatcher.step(Fault(fail="InternalServerError", when=AFTER))
    dispatcher.finish()
    model.settle()
    (job,) = model.compute.under_way()
    assert len(model.store.holders[model.activity.arn]) == 1
    for _ in range(2):
        model.advance(181.0)
        model.reconcile().finish()
        model.settle()
    assert job.state is JobState.ENDED
    check(model)


@pytest.mark.parametrize("kind", Kind)
def test_two_simultaneous_passes_start_one_job(kind: Kind) -> None:
    model = interrupted(kind, is_plain=True, before="list_jobs" if kind is Kind.LIST else "run_job")
    # In two steps, so that the state's heartbeat does not time out.
    for _ in range(2):
        model.advance(91.0)
        model.stepfunctions.send_task_heartbeat(taskToken="token-0")
    passes = [model.reconcile() for _ in range(2)]
    for one in passes:
        run_to(one, "run_job")
    for one in passes:
        one.finish()
    model.settle()
    assert len(model.compute.jobs) == 1
    check(model)


def test_a_task_that_an_invocation_is_processing_is_not_started_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lambda_function, "Heartbeats", Beats)
    model = interrupted(Kind.FUNCTION, is_plain=False, before="record_started")
    (job,) = model.compute.under_way()
    model.run_job(job)
    run_to(model.workers[job.id], "go_on")
    for _ in range(2):
        model.advance(91.0)
        model.stepfunctions.send_task_heartbeat(taskToken="token-0")
    model.reconcile().finish()
    model.settle()
    assert [record.state for record in model.tasks.records.values()] == [TaskState.STARTED]
    assert len(model.compute.jobs) == 1
    model.workers[job.id].finish()
    model.settle()
    assert [task.status for task in model.stepfunctions.tasks.values()] == ["SUCCEEDED"]
    assert open_things(model) == []


def test_a_running_job_is_found_and_not_started_again() -> None:
    model = interrupted(Kind.TOKEN, is_plain=True, before="record_started")
    (job,) = model.compute.under_way()
    model.run_job(job)
    for _ in range(2):
        model.advance(91.0)
        model.stepfunctions.send_task_heartbeat(taskToken="token-0")
    reconciler = model.reconcile()
    run_to(reconciler, "run_job")
    assert reconciler.is_done
    model.settle()
    (record,) = model.tasks.records.values()
    assert (record.state, record.job_id) == (TaskState.STARTED, job.id)
