"""Tasks that come with their requests: none is lost, none runs twice, none runs for nobody."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from activity_dispatch.dispatch.dispatcher import Result
from activity_dispatch.domain.activities import WakeUp
from activity_dispatch.domain.outcomes import Succeeded
from activity_dispatch.domain.requests import DispatchRequest
from activity_dispatch.domain.tasks import OutcomeName, TaskState, task_id_of
from activity_dispatch.lifecycle.canceller import Canceller
from activity_dispatch.store.catalog import ActivityCatalog
from activity_dispatch.testing.stepfunctions import FakeTask, client_error

TARGET = "callback:work"


@pytest.fixture
def target(stack):
    """The stack with a callback target in the place of its activity."""

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


def record_of(stack, task: FakeTask):
    return stack.tasks.get(task_id_of(task.token))


def test_a_task_is_recorded_and_its_job_started(target) -> None:
    task = target.stepfunctions.hand_over('{"n": 1}')
    seen = []
    target.backend.before_start = lambda one: seen.append(target.tasks.get(one.task_id).state)
    assert target.dispatcher.handle(body(task)) is Result.STARTED
    assert seen == [TaskState.STARTING]
    (started,) = target.backend.started.values()
    assert (started.token, started.input, started.activity_arn) == (task.token, '{"n": 1}', TARGET)
    record = record_of(target, task)
    assert (record.state, record.holds_slot) == (TaskState.STARTED, False)
    assert target.tasks.of_execution(task.execution_arn) == [record]


def test_a_message_that_comes_twice_starts_one_job(target) -> None:
    task = target.stepfunctions.hand_over()
    results = [target.dispatcher.handle(body(task)) for _ in range(3)]
    assert results == [Result.STARTED, Result.KNOWN, Result.KNOWN]
    assert len(target.backend.started) == 1
    target.settler.settle(
        task_id_of(task.token),
        task.token,
        Succeeded(output="1"),
        release=record_of(target, task).slot_release,
    )
    assert target.dispatcher.handle(body(task)) is Result.KNOWN


def test_without_a_slot_it_waits_in_the_table_and_is_beaten_for(target) -> None:
    target.target(max_concurrent_jobs=1)
    tasks = [target.stepfunctions.hand_over() for _ in range(3)]
    results = [target.dispatcher.handle(body(task)) for task in tasks]
    assert results == [Result.STARTED, Result.WAITING, Result.WAITING]
    assert [record_of(target, task).state for task in tasks] == ["started", "waiting", "waiting"]
    assert len(target.backend.started) == 1


def test_a_freed_slot_is_the_oldest_s(target) -> None:
    target.target(max_concurrent_jobs=1)
    now = [1_000.0]
    target.tasks.clock = lambda: now[0]
    tasks = []
    for _ in range(3):
        tasks.append(target.stepfunctions.hand_over())
        target.dispatcher.handle(body(tasks[-1]))
        now[0] += 1
    first = record_of(target, tasks[0])
    target.settler.settle(first.task_id, tasks[0].token, Succeeded(output="1"), release=first.slot_release)
    (woken,) = target.sqs.bodies
    assert json.loads(woken) == {"activity_arn": TARGET}
    assert target.dispatcher.handle(woken) is Result.STARTED
    assert [record_of(target, task).state for task in tasks] == ["settled", "started", "waiting"]
    assert target.dispatcher.handle(woken) is Result.WAITING


def test_a_request_that_finds_none_waiting_frees_its_slot(target) -> None:
    target.target(max_concurrent_jobs=1)
    request = DispatchRequest(activity_arn=TARGET).to_json()
    assert target.dispatcher.handle(request) is Result.NO_TASK
    assert target.slot_store.holders[TARGET] == set()


def test_a_message_of_a_task_that_is_over_starts_nothing(target) -> None:
    target.target(max_concurrent_jobs=1)
    task = target.stepfunctions.hand_over()
    target.stepfunctions.abort(task)
    assert target.dispatcher.handle(body(task)) is Result.NO_TASK
    assert target.backend.started == {}
    record = record_of(target, task)
    assert (record.outcome, record.poll_id, record.token) == (OutcomeName.CANCELLED, None, None)
    assert target.slot_store.holders[TARGET] == set()


def test_a_heartbeat_that_fails_keeps_no_task_from_its_start(target, monkeypatch) -> None:
    task = target.stepfunctions.hand_over()

    def refuse(**_):
        raise client_error("ThrottlingException", "SendTaskHeartbeat")

    monkeypatch.setattr(target.stepfunctions, "send_task_heartbeat", refuse)
    assert target.dispatcher.handle(body(task)) is Result.STARTED


def test_a_start_that_is_refused_settles_the_task(target) -> None:
    target.target(max_concurrent_jobs=1)
    task = target.stepfunctions.hand_over('{"job": {"image": "x"}}')
    assert target.dispatcher.handle(body(task)) is Result.REFUSED
    assert task.answer["error"] == "Dispatch.InvalidInput"
    assert target.slot_store.holders[TARGET] == set()
    assert record_of(target, task).poll_id is None


def test_a_task_that_can_not_be_written_comes_again(target, monkeypatch) -> None:
    task = target.stepfunctions.hand_over()
    park = target.tasks.park

    def refuse(*_):
        raise client_error("InternalServerError", "PutItem", 500)

    monkeypatch.setattr(target.tasks, "park", refuse)
    assert target.dispatcher.handle(body(task)) is Result.RETRY
    assert task.answer is None
    monkeypatch.setattr(target.tasks, "park", park)
    assert target.dispatcher.handle(body(task)) is Result.STARTED


def test_a_message_that_was_interrupted_after_it_was_written_goes_on(target, monkeypatch) -> None:
    target.target(max_concurrent_jobs=1)
    task = target.stepfunctions.hand_over()
    take = target.slot_store.take

    def refuse(*_):
        raise client_error("InternalServerError", "UpdateItem", 500)

    monkeypatch.setattr(target.slot_store, "take", refuse)
    assert target.dispatcher.handle(body(task)) is Result.RETRY
    assert record_of(target, task).state is TaskState.WAITING
    monkeypatch.setattr(target.slot_store, "take", take)
    assert target.dispatcher.handle(body(task)) is Result.STARTED


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"callback": None}, "callback: NoneType"),
        ({"callback": ""}, "callback: str"),
        ({"task_token": 3}, "task_token: int"),
        ({"input": {"secret": 1}}, "input: dict; it must be a non-empty string"),
        ({"execution_arn": None}, "execution_arn: NoneType"),
    ],
)
def test_a_malformed_request_is_dropped_and_not_shown(target, caplog, changes, problem: str) -> None:
    task = target.stepfunctions.hand_over('"secret"')
    assert target.dispatcher.handle(body(task, **changes)) is Result.DROPPED
    assert problem in caplog.text
    assert task.token not in caplog.text
    assert "secret" not in caplog.text


def test_an_unknown_target_is_tried_again(target, caplog) -> None:
    task = target.stepfunctions.hand_over()
    assert target.dispatcher.handle(body(task, callback="other")) is Result.RETRY
    assert "callback:other: no activity of this stack" in caplog.text
    assert task.token not in caplog.text


@pytest.fixture
def canceller(target) -> Canceller:
    return Canceller(
        stepfunctions=target.stepfunctions,
        tasks=target.tasks,
        activities=ActivityCatalog(source=target.tasks),
        backend_of=lambda _: target.backend,
        settler=target.settler,
    )


def test_an_execution_that_ends_takes_its_waiting_and_its_running_tasks_along(target, canceller) -> None:
    target.target(max_concurrent_jobs=1)
    running, waiting = target.stepfunctions.hand_over(), target.stepfunctions.hand_over()
    for task in (running, waiting):
        target.dispatcher.handle(body(task))
        target.stepfunctions.abort(task)
        assert canceller.cancel_execution(task.execution_arn) == 1
    assert list(target.backend.stopped) == [record_of(target, running).job_id]
    ended = record_of(target, waiting)
    assert (ended.outcome, ended.poll_id) == (OutcomeName.CANCELLED, None)
    assert not target.tasks.unpark(ended.task_id, "6742f00000000001", holds_slot=True)
