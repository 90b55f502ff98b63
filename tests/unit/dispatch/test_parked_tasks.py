"""Tasks that arrive in their requests: none is lost, and none runs twice or for an ended execution."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.activities import WakeUp
from activity_dispatch.domain.outcomes import Succeeded
from activity_dispatch.domain.requests import DispatchRequest
from activity_dispatch.domain.tasks import OutcomeName, TaskState, task_id_of
from activity_dispatch.lifecycle.canceller import Canceller
from activity_dispatch.runtime.endings import make_canceller
from activity_dispatch.testing.executions import FakeTask
from activity_dispatch.testing.stepfunctions import client_error

TARGET = "callback:work"


@pytest.fixture
def target(stack):
    """Return the stack with a callback target in place of its activity."""

    def make(**changes: Any) -> None:
        stack.tasks.activities.clear()
        stack.serve(replace(served, arn=TARGET, wake_up=WakeUp.CALLBACK, **changes))

    served = stack.activity
    make()
    stack.target = make
    return stack


def body(task: FakeTask, **changes: Any) -> str:
    document: Mapping[str, Any] = {
        "callback": "work",
        "task_token": task.token,
        "input": task.input,
        "execution_arn": task.execution_arn,
        **changes,
    }
    return json.dumps(document)


def test_a_task_is_recorded_and_its_job_started(target) -> None:
    task = target.stepfunctions.hand_over('{"n": 1}')
    seen = []
    target.backend.before_start = lambda one: seen.append(target.tasks.get(one.task_id).state)
    assert target.dispatcher.handle(body(task)) is Result.STARTED
    assert seen == [TaskState.STARTING]
    (started,) = target.backend.started.values()
    assert (started.token, started.input, started.activity_arn) == (task.token, '{"n": 1}', TARGET)
    record = target.record_of(task)
    assert (record.state, record.holds_slot) == (TaskState.STARTED, False)
    assert [*target.tasks.of_execution(task.execution_arn)] == [record.task_id]


def test_a_message_delivered_twice_starts_one_job(target) -> None:
    task = target.stepfunctions.hand_over()
    results = [target.dispatcher.handle(body(task)) for _ in range(3)]
    assert results == [Result.STARTED, Result.KNOWN, Result.KNOWN]
    assert len(target.backend.started) == 1
    target.settler.settle(
        task_id_of(task.token),
        task.token,
        Succeeded(output="1"),
        release=target.record_of(task).slot_release,
    )
    assert target.dispatcher.handle(body(task)) is Result.KNOWN


def test_a_task_without_a_slot_waits_in_the_table(target) -> None:
    target.target(max_concurrent_jobs=1)
    tasks = [target.stepfunctions.hand_over() for _ in range(3)]
    results = [target.dispatcher.handle(body(task)) for task in tasks]
    assert results == [Result.STARTED, Result.WAITING, Result.WAITING]
    assert [target.record_of(task).state for task in tasks] == ["started", "waiting", "waiting"]
    assert len(target.backend.started) == 1


def test_a_freed_slot_goes_to_the_oldest_task(target) -> None:
    target.target(max_concurrent_jobs=1)
    now = [1_000.0]
    target.tasks.clock = lambda: now[0]
    tasks = []
    for _ in range(3):
        tasks.append(target.stepfunctions.hand_over())
        target.dispatcher.handle(body(tasks[-1]))
        now[0] += 1
    first = target.record_of(tasks[0])
    target.settler.settle(first.task_id, tasks[0].token, Succeeded(output="1"), release=first.slot_release)
    (woken,) = target.sqs.bodies
    assert json.loads(woken) == {"activity_arn": TARGET}
    assert target.dispatcher.handle(woken) is Result.STARTED
    assert [target.record_of(task).state for task in tasks] == ["settled", "started", "waiting"]
    assert target.dispatcher.handle(woken) is Result.WAITING


def test_a_request_that_finds_no_waiting_task_frees_its_slot(target) -> None:
    target.target(max_concurrent_jobs=1)
    request = DispatchRequest(activity_arn=TARGET).to_json()
    assert target.dispatcher.handle(request) is Result.NO_TASK
    assert target.slot_store.holders[TARGET] == set()


def test_a_message_for_an_ended_task_starts_nothing(target) -> None:
    target.target(max_concurrent_jobs=1)
    task = target.stepfunctions.hand_over()
    target.stepfunctions.abort(task)
    assert target.dispatcher.handle(body(task)) is Result.NO_TASK
    assert target.backend.started == {}
    assert target.tasks.get(task_id_of(task.token)) is None


def test_a_waiting_task_that_has_ended_is_cancelled_by_its_second_message(target) -> None:
    target.target(max_concurrent_jobs=1)
    task = target.stepfunctions.hand_over()
    target.slot_store.holders[TARGET] = {"another"}
    assert target.dispatcher.handle(body(task)) is Result.WAITING
    target.stepfunctions.abort(task)
    assert target.dispatcher.handle(body(task)) is Result.NO_TASK
    record = target.record_of(task)
    assert (record.outcome, record.poll_id, record.token) == (OutcomeName.CANCELLED, None, None)


def test_a_refused_start_settles_the_task(target) -> None:
    target.target(max_concurrent_jobs=1)
    task = target.stepfunctions.hand_over('{"job": {"image": "x"}}')
    assert target.dispatcher.handle(body(task)) is Result.REFUSED
    assert task.answer["error"] == "Dispatch.InvalidInput"
    assert target.slot_store.holders[TARGET] == set()
    assert target.record_of(task).is_closed


def test_a_task_that_cannot_be_written_is_retried(target, monkeypatch) -> None:
    task = target.stepfunctions.hand_over()
    park = target.tasks.park

    def refuse(*_):
        raise client_error("InternalServerError", "PutItem", 500)

    monkeypatch.setattr(target.tasks, "park", refuse)
    assert target.dispatcher.handle(body(task)) is Result.RETRY
    assert task.answer is None
    monkeypatch.setattr(target.tasks, "park", park)
    assert target.dispatcher.handle(body(task)) is Result.STARTED


def test_a_message_interrupted_after_its_task_was_written_is_resumed(target, monkeypatch) -> None:
    target.target(max_concurrent_jobs=1)
    task = target.stepfunctions.hand_over()
    take = target.slot_store.take

    def refuse(*_):
        raise client_error("InternalServerError", "UpdateItem", 500)

    monkeypatch.setattr(target.slot_store, "take", refuse)
    assert target.dispatcher.handle(body(task)) is Result.RETRY
    assert target.record_of(task).state is TaskState.WAITING
    monkeypatch.setattr(target.slot_store, "take", take)
    assert target.dispatcher.handle(body(task)) is Result.STARTED


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"callback": None}, "callback: NoneType"),
        ({"callback": ""}, "callback: str"),
        ({"task_token": 3}, "task_token: int"),
        ({"input": {"secret": 1}}, "input: dict; it must be a non-empty string"),
        ({"input": ""}, "input: str; it must be"),
        ({"input": None}, "input: NoneType; it must be"),
        ({"input_value": {"secret": 1}}, "input_value: beside input"),
        ({"execution_arn": None}, "execution_arn: NoneType"),
    ],
)
def test_a_malformed_request_is_dropped_without_being_logged(target, caplog, changes, problem: str) -> None:
    task = target.stepfunctions.hand_over('"secret"')
    assert target.dispatcher.handle(body(task, **changes)) is Result.DROPPED
    assert problem in caplog.text
    assert task.token not in caplog.text
    assert "secret" not in caplog.text


def test_an_unknown_target_is_retried(target, caplog) -> None:
    task = target.stepfunctions.hand_over()
    assert target.dispatcher.handle(body(task, callback="other")) is Result.RETRY
    assert "callback:other: no activity of this stack" in caplog.text
    assert task.token not in caplog.text


@pytest.fixture
def canceller(target) -> Canceller:
    canceller: Canceller = make_canceller(target.runtime)
    return canceller


def test_an_ended_execution_cancels_its_waiting_and_its_running_tasks(target, canceller) -> None:
    target.target(max_concurrent_jobs=1)
    running, waiting = target.stepfunctions.hand_over(), target.stepfunctions.hand_over()
    for task in (running, waiting):
        target.dispatcher.handle(body(task))
        target.stepfunctions.abort(task)
        assert canceller.cancel_execution(task.execution_arn) == 1
    assert list(target.backend.stopped) == [target.record_of(running).job_id]
    ended = target.record_of(waiting)
    assert (ended.outcome, ended.poll_id) == (OutcomeName.CANCELLED, None)
    assert not target.tasks.unpark(ended.task_id, "6742f00000000001", holds_slot=True, description="0" * 32)
