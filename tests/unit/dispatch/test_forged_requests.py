"""Anyone who may send to the queue may send anything: only tasks that somebody waits for are started."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.activities import WakeUp
from activity_dispatch.domain.requests import DispatchRequest
from activity_dispatch.domain.tasks import TaskState, task_id_of
from activity_dispatch.observe.metrics import Metric
from activity_dispatch.testing.stack import ARN
from activity_dispatch.testing.stepfunctions import client_error

TARGET = "callback:target"


@pytest.fixture
def target(stack):
    """A stack that serves a callback target beside its activity."""
    stack.serve(replace(stack.activity, arn=TARGET, name="target", wake_up=WakeUp.CALLBACK))
    return stack


@pytest.fixture
def task(target):
    return target.stepfunctions.hand_over('{"n": 1}')


def send(target: Any, task: Any, **changes: Any) -> Result:
    document = {"callback": "target", "task_token": task.token, "input": task.input, **changes}
    result: Result = target.dispatcher.handle(json.dumps({"execution_arn": task.execution_arn, **document}))
    return result


@pytest.fixture
def refuse(target, monkeypatch) -> Callable[[Exception], None]:
    """Let Step Functions answer every heartbeat with this error."""

    def refuse(error: Exception) -> None:
        def heartbeat(**_: object) -> None:
            raise error

        monkeypatch.setattr(target.stepfunctions, "send_task_heartbeat", heartbeat)

    return refuse


@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException", "SomethingNew"])
def test_a_refused_heartbeat_starts_nothing_and_settles_nothing(
    target, task, refuse, code: str, caplog
) -> None:
    refuse(client_error(code, "SendTaskHeartbeat"))
    # Delivered again, and in the end kept in the dead-letter queue.
    assert send(target, task) is Result.RETRY
    assert target.backend.started == {}
    assert task.answer is None
    assert target.tasks.get(task_id_of(task.token)) is None
    assert code in caplog.text
    assert (Metric.DISPATCH_ERRORS, 1, {"reason": "NotAllowed"}) in target.metrics.recorded


@pytest.mark.parametrize(
    "error",
    [
        client_error("ThrottlingException", "SendTaskHeartbeat"),
        client_error("InternalServerError", "SendTaskHeartbeat", 500),
        ReadTimeoutError(endpoint_url="https://states"),
    ],
)
def test_a_heartbeat_without_an_answer_is_no_yes(target, task, refuse, monkeypatch, error: Exception) -> None:
    refuse(error)
    assert send(target, task) is Result.RETRY
    assert target.backend.started == {}
    monkeypatch.undo()
    assert send(target, task) is Result.STARTED


@pytest.mark.parametrize(
    "text",
    ['1, "task_id": "x"', '{"a": 1}}', "{", "NaN", "1 2", "\ud800", "[" * 100_000 + "]" * 100_000],
)
def test_an_input_is_one_json_value(target, task, text: str) -> None:
    assert send(target, task, input=text) is Result.REFUSED
    assert task.answer["error"] == "Dispatch.InvalidInput"
    assert "input: not one JSON value" in task.answer["cause"]
    assert target.backend.started == {}
    record = target.tasks.get(task_id_of(task.token))
    assert (record.state, record.is_closed) == (TaskState.SETTLED, True)


@pytest.mark.parametrize("text", ["9" * 5_000, "1e999", '{"a": "\\ud800"}', "[" * 500 + "]" * 500, ' "x" '])
def test_any_one_json_value_is_an_input(target, task, text: str) -> None:
    assert send(target, task, input=text) is Result.STARTED


def test_the_token_of_an_activity_starts_no_second_job(target) -> None:
    task = target.stepfunctions.schedule(ARN)
    assert target.dispatch() is Result.STARTED
    assert send(target, task, execution_arn="arn:aws:states:r:a:execution:m:1") is Result.KNOWN
    assert len(target.backend.started) == 1


def test_a_task_of_another_activity_is_not_started_as_a_waiting_one(target) -> None:
    """A job may write the state of its own task."""
    task = target.stepfunctions.schedule(ARN)
    assert target.dispatch() is Result.STARTED
    task_id = task_id_of(task.token)
    target.tasks.records[task_id] = replace(target.tasks.get(task_id), state=TaskState.WAITING)
    assert send(target, task, execution_arn="arn:aws:states:r:a:execution:m:1") is Result.KNOWN
    target.tasks.waiting = lambda *_: [task_id]
    assert target.dispatcher.handle(DispatchRequest(activity_arn=TARGET).to_json()) is Result.NO_TASK
    assert len(target.backend.started) == 1


def test_a_waiting_task_that_may_not_be_asked_about_does_not_stop_the_others(
    target, refuse, monkeypatch
) -> None:
    target.serve(replace(target.tasks.activities[TARGET], max_concurrent_jobs=1))
    target.slot_store.holders[TARGET] = {"another"}
    bad, good = target.stepfunctions.hand_over(), target.stepfunctions.hand_over()
    assert [send(target, task) for task in (bad, good)] == [Result.WAITING] * 2
    target.slot_store.holders[TARGET] = set()
    heartbeat = target.stepfunctions.send_task_heartbeat

    def refused(*, taskToken: str) -> Any:  # noqa: N803
        if taskToken == bad.token:
            raise client_error("AccessDeniedException", "SendTaskHeartbeat")
        return heartbeat(taskToken=taskToken)

    monkeypatch.setattr(target.stepfunctions, "send_task_heartbeat", refused)
    assert target.dispatcher.handle(DispatchRequest(activity_arn=TARGET).to_json()) is Result.STARTED
    assert [started.token for started in target.backend.started.values()] == [good.token]


@pytest.mark.parametrize(
    "changes",
    [
        {"callback": "a#b"},
        {"callback": "x" * 81},
        {"callback": "work\n"},
        {"task_token": "x" * 2_049},
        {"task_token": "\ud800"},
        {"task_token": "caf\u00e9"},
        {"execution_arn": "\ud800"},
        {"execution_arn": "machine"},
        {"execution_arn": "arn:aws:states:r:a:execution:m:" + "x" * 2_048},
    ],
)
def test_what_no_state_machine_sends_is_dropped(target, task, changes: dict) -> None:
    assert send(target, task, **changes) is Result.DROPPED


@pytest.mark.parametrize(
    "arn",
    ["callback:", "callback:a#b", "activity#x:activity:y", f"{ARN}#x", f"{ARN}{'x' * 80}", f"slots#{ARN}"],
)
def test_no_request_names_another_kind_of_item(target, arn: str) -> None:
    assert target.dispatcher.handle(json.dumps({"activity_arn": arn})) is Result.DROPPED
