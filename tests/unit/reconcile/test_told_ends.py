"""What nobody but the job itself sees, the reconciler tells: ends of functions, and progress."""

import json
from dataclasses import replace

import pytest
from tests.unit.composed import EXECUTION, Composed
from tests.unit.lifecycle.events import checked, tell

from activity_dispatch.domain.events import EventKind
from activity_dispatch.domain.invocation import Invocation, payload_of
from activity_dispatch.domain.tasks import TaskState, task_id_of
from activity_dispatch.testing import FakeLambdaContext
from activity_dispatch.testing.backend import FakeBackend
from activity_dispatch.testing.stepfunctions import client_error
from activity_dispatch.worker.lambda_function import make_processor


@pytest.fixture
def stack() -> Composed:
    """Return a stack whose activity tells its bus."""
    return tell(Composed())


@pytest.fixture
def function(stack, now):
    """Dispatches one task to a function, which runs it; returns its id."""
    stack.change_activity(max_concurrent_jobs=1)
    stack.backend = FakeBackend(describes_jobs=False, max_job_seconds=900)

    def run(handle=lambda _: 1) -> str:
        scheduled = stack.stepfunctions.schedule(stack.arn, '{"n": 1}')
        stack.dispatch()
        (task,) = stack.backend.started.values()
        # A function has no bus.
        runtime = replace(stack.runtime, settings=replace(stack.stack_settings, event_buses=()))
        processor = make_processor(handle, runtime)
        processor.run(Invocation.from_event(json.loads(payload_of(task))), FakeLambdaContext())
        assert scheduled.answer == {"output": "1"}
        return task_id_of(scheduled.token)

    return run


def settled(stack) -> list:
    return [checked(event) for event in stack.events.of(EventKind.SETTLED)]


def test_a_functions_end_is_told_by_the_next_pass(stack, reconciler, function) -> None:
    task_id = function()
    record = stack.tasks.get(task_id)
    assert (record.state, record.is_closed) == (TaskState.SETTLED, False)
    assert settled(stack) == []
    assert reconciler.run() == {"CLOSE": 1}
    assert reconciler.run() == {}
    assert [(each["task_id"], each["status"]) for each in settled(stack)] == [(task_id, "succeeded")]


def test_a_functions_slot_is_free_at_once_and_freed_once(stack, function) -> None:
    task_id = function()
    (slots,) = stack.slot_store.records()
    assert not slots.holders
    # Another task takes it, and a third one waits: closing must not wake it.
    assert stack.slots.reserve(stack.arn, "6742f00000000002", 1)
    assert not stack.slots.reserve(stack.arn, "6742f00000000003", 1)
    stack.settler.close(task_id, stack.tasks.get(task_id).slot_release)
    assert stack.tasks.get(task_id).is_closed
    assert stack.sqs.bodies == []


def test_a_function_closes_its_task_itself_if_nobody_is_told(stack, function) -> None:
    stack.change_activity(event_bus_arn=None)
    assert stack.tasks.get(function()).is_closed


def test_a_function_that_died_is_closed_as_ever(stack, reconciler, now) -> None:
    stack.backend = FakeBackend(describes_jobs=False, max_job_seconds=900)
    scheduled = stack.stepfunctions.schedule(stack.arn)
    stack.dispatch()
    record = stack.record_of(scheduled)
    stack.tasks.claim(record.task_id, "a", job_id="request", until=now[0] + 10)
    now[0] += 71
    assert reconciler.run() == {"LOST": 1}
    assert [each["error"] for each in settled(stack)] == ["Job.Interrupted"]


def test_progress_is_told_once_and_each_change_again(stack, reconciler, dispatched, now) -> None:
    record = stack.record_of(dispatched)
    told = []
    for progress in ("half", "half", "three quarters", "half"):
        stack.tasks.record_progress(record.task_id, progress)
        reconciler.run()
        now[0] += 60
        told.append([checked(event)["progress"] for event in stack.events.of(EventKind.PROGRESSED)])
    assert [len(each) for each in told] == [1, 1, 2, 3]
    assert told[-1] == ["half", "three quarters", "half"]
    first, _, again = (event.detail["id"] for event in stack.events.of(EventKind.PROGRESSED))
    assert first == again


def test_progress_is_told_with_its_execution(stack, reconciler) -> None:
    task = replace(stack.task(stack.stepfunctions.schedule(stack.arn).token, "1"), execution_arn=EXECUTION)
    stack.starter.start(stack.activity, stack.backend, task)
    stack.tasks.record_progress(task.task_id, "half")
    reconciler.run()
    (event,) = stack.events.of(EventKind.PROGRESSED)
    # The overview of open tasks does not have it.
    assert checked(event)["execution_arn"] == EXECUTION


def test_progress_that_cannot_be_read_is_told_by_the_next_pass(stack, reconciler, dispatched) -> None:
    stack.tasks.record_progress(stack.record_of(dispatched).task_id, "half")
    get, reconciler.steps.tasks.get = stack.tasks.get, refused
    assert reconciler.run() == {"BEAT": 1}
    assert stack.events.of(EventKind.PROGRESSED) == []
    reconciler.steps.tasks.get = get
    reconciler.run()
    assert len(stack.events.of(EventKind.PROGRESSED)) == 1


def refused(*_, **__):
    raise client_error("ThrottlingException", "GetItem")


def test_progress_of_an_activity_without_a_bus_is_not_told(stack, reconciler, now) -> None:
    stack.change_activity(event_bus_arn=None)
    dispatched = stack.stepfunctions.schedule(stack.arn)
    stack.dispatch()
    stack.tasks.record_progress(stack.record_of(dispatched).task_id, "half")
    reconciler.run()
    assert stack.events.recorded == []
