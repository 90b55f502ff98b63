"""The dispatcher polls once for each request and loses no task that it has taken."""

import json
import re

import pytest

from activity_dispatch.backends.base import InvalidBackendConfig, StartRefused
from activity_dispatch.dispatch.dispatcher import Dispatcher
from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.outcomes import ErrorName
from activity_dispatch.domain.requests import DispatchRequest
from activity_dispatch.domain.tasks import TaskState, task_id_of
from activity_dispatch.testing.stepfunctions import client_error


def test_a_request_takes_one_task_and_starts_its_job(stack) -> None:
    first, second = (stack.stepfunctions.schedule(stack.arn, f'{{"n": {n}}}') for n in (1, 2))
    assert stack.dispatch() is Result.STARTED
    assert [task.token for task in stack.backend.started.values()] == [first.token]
    assert re.fullmatch("[0-9a-f]{16} dispatcher test", first.worker_name)
    assert second.worker_name is None
    record = stack.record_of(first)
    assert (record.state, record.backend) == (TaskState.STARTED, "fake")
    assert record.job_id == f"fake-{record.task_id}"


def test_the_task_is_written_before_its_job_is_started(stack) -> None:
    seen = []
    stack.stepfunctions.schedule(stack.arn)
    stack.backend.before_start = lambda task: seen.append(stack.tasks.get(task.task_id).state)
    stack.dispatch()
    assert seen == [TaskState.STARTING]


def test_a_poll_may_find_no_task(stack) -> None:
    assert stack.dispatch() is Result.NO_TASK


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[]", "list; it must be an object"),
        ("{}", "activity_arn: None"),
        ('{"activity_arn": 3}', "activity_arn: 3"),
        ('{"activity_arn": "arn:aws:lambda:::function:f"}', "must be an activity's ARN"),
    ],
)
def test_a_malformed_request_is_logged_and_dropped(stack, caplog, body: str, problem: str) -> None:
    assert stack.dispatcher.handle(body) is Result.DROPPED
    assert problem in caplog.text


def test_an_unknown_activity_is_logged_and_retried(stack, caplog) -> None:
    arn = stack.arn + "-other"
    assert stack.dispatcher.handle(json.dumps({"activity_arn": arn})) is Result.RETRY
    assert f"{arn}: no activity of this stack" in caplog.text


def test_an_activity_that_no_longer_exists_is_retried(stack) -> None:
    stack.stepfunctions.activities.clear()
    assert stack.dispatch() is Result.RETRY


def test_an_invalid_configuration_loses_no_task(stack, caplog) -> None:
    scheduled = stack.stepfunctions.schedule(stack.arn)

    def refuse(_activity):
        raise InvalidBackendConfig("function_arn: None; it must be a function's ARN")

    dispatcher = Dispatcher(**{**vars(stack.dispatcher), "backend_of": refuse})
    assert dispatcher.handle(stack.request()) is Result.RETRY
    assert "function_arn: None" in caplog.text
    assert scheduled.worker_name is None


@pytest.mark.parametrize("error", [ErrorName.DISPATCH_THROTTLED, ErrorName.DISPATCH_INVALID_REQUEST])
def test_a_refused_start_settles_the_task(stack, error: ErrorName) -> None:
    scheduled = stack.stepfunctions.schedule(stack.arn)

    def refuse(_task):
        raise StartRefused(error, "the service said no")

    stack.backend.before_start = refuse
    assert stack.dispatch() is Result.REFUSED
    assert scheduled.answer["error"] == error
    assert json.loads(scheduled.answer["cause"]) == {"message": "the service said no", "backend": "fake"}
    assert stack.record_of(scheduled).error == error


def test_a_forbidden_override_settles_the_task(stack) -> None:
    scheduled = stack.stepfunctions.schedule(stack.arn, '{"job": {"image": "x"}}')
    assert stack.dispatch() is Result.REFUSED
    assert scheduled.answer["error"] == "Dispatch.InvalidInput"
    assert "job.image: not allowed; this activity allows: command" in scheduled.answer["cause"]
    assert stack.backend.started == {}


def test_allowed_overrides_reach_the_backend(stack) -> None:
    stack.stepfunctions.schedule(stack.arn, '{"job": {"command": ["true"]}}')
    stack.dispatch()
    (task,) = stack.backend.started.values()
    assert task.overrides == {"command": ["true"]}


def test_a_task_that_cannot_be_written_fails(stack, monkeypatch) -> None:
    scheduled = stack.stepfunctions.schedule(stack.arn)

    def refuse(*_):
        raise client_error("ProvisionedThroughputExceededException", "PutItem")

    monkeypatch.setattr(stack.tasks, "add", refuse)
    assert stack.dispatch() is Result.REFUSED
    assert scheduled.answer["error"] == "Dispatch.CapacityUnavailable"
    assert stack.backend.started == {}


def test_a_job_keeps_running_when_its_start_cannot_be_recorded(stack, monkeypatch) -> None:
    scheduled = stack.stepfunctions.schedule(stack.arn)

    def refuse(*_):
        raise client_error("InternalServerError", "UpdateItem", 500)

    monkeypatch.setattr(stack.tasks, "record_started", refuse)
    assert stack.dispatch() is Result.STARTED
    assert scheduled.answer is None
    assert len(stack.backend.started) == 1


def test_without_a_free_slot_the_request_waits_and_nothing_is_polled(stack) -> None:
    stack.change_activity(max_concurrent_jobs=2)
    scheduled = [stack.stepfunctions.schedule(stack.arn) for _ in range(3)]
    assert [stack.dispatch() for _ in scheduled] == [
        Result.STARTED,
        Result.STARTED,
        Result.WAITING,
    ]
    assert scheduled[2].worker_name is None
    assert stack.slot_store.waiting[stack.arn] == 1
    polls = {stack.record_of(task).poll_id for task in scheduled[:2]}
    assert stack.slot_store.holders[stack.arn] == polls


def test_an_empty_poll_frees_its_slot_and_wakes_a_waiting_request(stack) -> None:
    stack.change_activity(max_concurrent_jobs=1)
    stack.slot_store.add_waiting(stack.arn)
    assert stack.dispatch() is Result.NO_TASK
    assert stack.slot_store.holders[stack.arn] == set()
    assert [json.loads(body) for body in stack.sqs.bodies] == [{"activity_arn": stack.arn}]


def test_a_failed_poll_frees_its_slot(stack) -> None:
    stack.change_activity(max_concurrent_jobs=1)
    stack.stepfunctions.activities.clear()
    assert stack.dispatch() is Result.RETRY
    assert stack.slot_store.holders[stack.arn] == set()


def test_a_refused_task_frees_its_slot_and_is_closed(stack) -> None:
    stack.change_activity(max_concurrent_jobs=1)
    scheduled = stack.stepfunctions.schedule(stack.arn, '{"job": {"gpu": 1}}')
    assert stack.dispatch() is Result.REFUSED
    assert stack.slot_store.holders[stack.arn] == set()
    assert stack.tasks.get(task_id_of(scheduled.token)) is None


def test_after_one_missed_task_the_next_is_polled_for(stack) -> None:
    missed = DispatchRequest(activity_arn=stack.arn, missed=True).to_json()
    assert stack.dispatcher.handle(missed) is Result.NO_TASK
    assert stack.sqs.bodies == []
    stack.stepfunctions.schedule(stack.arn)
    assert stack.dispatcher.handle(missed) is Result.STARTED
    assert stack.sqs.bodies == [missed]


def test_a_task_that_a_worker_took_first_is_not_polled_for_again(stack) -> None:
    stack.change_activity(overflow_after_seconds=30)
    assert stack.dispatch() is Result.LEFT


def test_a_dropped_request_is_logged_without_its_body(stack, caplog) -> None:
    assert stack.dispatcher.handle('{"task_token": "secret", "input": "private"}') is Result.DROPPED
    assert "secret" not in caplog.text
    assert "private" not in caplog.text
