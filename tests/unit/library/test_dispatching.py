"""The dispatcher: one poll for each request, and nothing that was taken is lost."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity_dispatch.backends.base import InvalidBackendConfig, StartRefused
from activity_dispatch.dispatch.dispatcher import Dispatcher, Result
from activity_dispatch.domain.outcomes import ErrorName
from activity_dispatch.domain.requests import DispatchRequest, InvalidRequest
from activity_dispatch.domain.tasks import TaskState, task_id_of
from activity_dispatch.testing.stepfunctions import client_error


def request(world) -> str:
    return json.dumps({"activity_arn": world.arn, "execution_arn": "arn:aws:states:::execution"})


def test_a_request_takes_one_task_and_starts_its_job(world) -> None:
    first, second = (world.stepfunctions.schedule(world.arn, f'{{"n": {n}}}') for n in (1, 2))
    assert world.dispatcher.handle(request(world)) is Result.STARTED
    assert [task.token for task in world.backend.started.values()] == [first.token]
    assert re.fullmatch("[0-9a-f]{16} dispatcher test", first.worker_name)
    assert second.worker_name is None
    record = world.tasks.get(task_id_of(first.token))
    assert (record.state, record.backend) == (TaskState.STARTED, "fake")
    assert record.job_id == f"fake-{record.task_id}"


def test_the_job_is_started_after_the_task_is_written(world) -> None:
    seen = []
    world.stepfunctions.schedule(world.arn)
    world.backend.before_start = lambda task: seen.append(world.tasks.get(task.task_id).state)
    world.dispatcher.handle(request(world))
    assert seen == [TaskState.STARTING]


def test_no_task_within_the_poll(world) -> None:
    assert world.dispatcher.handle(request(world)) is Result.NO_TASK


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
def test_a_malformed_request_is_logged_and_dropped(world, caplog, body: str, problem: str) -> None:
    assert world.dispatcher.handle(body) is Result.DROPPED
    assert problem in caplog.text


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_no_body_raises_anything_but_invalid_request(body: str) -> None:
    try:
        DispatchRequest.from_json(body)
    except InvalidRequest:
        return
    raise AssertionError(f"{body!r} was taken for a dispatch request")


def test_an_unknown_activity_is_logged_and_tried_again(world, caplog) -> None:
    arn = world.arn + "-other"
    assert world.dispatcher.handle(json.dumps({"activity_arn": arn})) is Result.RETRY
    assert f"{arn}: no activity of this stack" in caplog.text


def test_an_activity_that_is_gone_is_tried_again(world) -> None:
    world.stepfunctions.activities.clear()
    assert world.dispatcher.handle(request(world)) is Result.RETRY


def test_a_wrong_configuration_costs_no_task(world, caplog) -> None:
    scheduled = world.stepfunctions.schedule(world.arn)

    def refuse(_activity):
        raise InvalidBackendConfig("function_arn: None; it must be a function's ARN")

    dispatcher = Dispatcher(**{**vars(world.dispatcher), "backend_of": refuse})
    assert dispatcher.handle(request(world)) is Result.RETRY
    assert "function_arn: None" in caplog.text
    assert scheduled.worker_name is None


@pytest.mark.parametrize("error", [ErrorName.DISPATCH_THROTTLED, ErrorName.DISPATCH_INVALID_REQUEST])
def test_a_start_that_is_refused_settles_the_task(world, error: ErrorName) -> None:
    scheduled = world.stepfunctions.schedule(world.arn)

    def refuse(_task):
        raise StartRefused(error, "the service said no")

    world.backend.before_start = refuse
    assert world.dispatcher.handle(request(world)) is Result.REFUSED
    assert scheduled.answer["error"] == error
    assert json.loads(scheduled.answer["cause"]) == {"message": "the service said no", "backend": "fake"}
    assert world.tasks.get(task_id_of(scheduled.token)).error == error


def test_an_override_that_is_not_allowed_settles_the_task(world) -> None:
    scheduled = world.stepfunctions.schedule(world.arn, '{"job": {"image": "x"}}')
    assert world.dispatcher.handle(request(world)) is Result.REFUSED
    assert scheduled.answer["error"] == "Dispatch.InvalidInput"
    assert "job.image: not allowed; this activity allows: command" in scheduled.answer["cause"]
    assert world.backend.started == {}


def test_allowed_overrides_reach_the_backend(world) -> None:
    world.stepfunctions.schedule(world.arn, '{"job": {"command": ["true"]}}')
    world.dispatcher.handle(request(world))
    (task,) = world.backend.started.values()
    assert task.overrides == {"command": ["true"]}


def test_a_task_that_the_table_refuses_is_given_back_as_a_failure(world, monkeypatch) -> None:
    scheduled = world.stepfunctions.schedule(world.arn)

    def refuse(*_):
        raise client_error("ProvisionedThroughputExceededException", "PutItem")

    monkeypatch.setattr(world.tasks, "add", refuse)
    assert world.dispatcher.handle(request(world)) is Result.REFUSED
    assert scheduled.answer["error"] == "Dispatch.CapacityUnavailable"
    assert world.backend.started == {}


def test_a_start_that_can_not_be_recorded_leaves_the_job_running(world, monkeypatch) -> None:
    scheduled = world.stepfunctions.schedule(world.arn)

    def refuse(*_):
        raise client_error("InternalServerError", "UpdateItem", 500)

    monkeypatch.setattr(world.tasks, "record_started", refuse)
    assert world.dispatcher.handle(request(world)) is Result.STARTED
    assert scheduled.answer is None
    assert len(world.backend.started) == 1


def test_without_a_free_slot_nothing_is_polled_and_the_request_waits(world) -> None:
    world.set_activity(max_concurrent_jobs=2)
    scheduled = [world.stepfunctions.schedule(world.arn) for _ in range(3)]
    assert [world.dispatcher.handle(request(world)) for _ in scheduled] == [
        Result.STARTED,
        Result.STARTED,
        Result.WAITING,
    ]
    assert scheduled[2].worker_name is None
    assert world.store.waiting[world.arn] == 1
    polls = {world.tasks.get(task_id_of(task.token)).poll_id for task in scheduled[:2]}
    assert world.store.holders[world.arn] == polls


def test_a_poll_without_a_task_frees_its_slot_and_wakes_who_waits(world) -> None:
    world.set_activity(max_concurrent_jobs=1)
    world.store.add_waiting(world.arn)
    assert world.dispatcher.handle(request(world)) is Result.NO_TASK
    assert world.store.holders[world.arn] == set()
    assert [json.loads(body) for body in world.sqs.bodies] == [{"activity_arn": world.arn}]


def test_a_poll_that_fails_frees_its_slot(world) -> None:
    world.set_activity(max_concurrent_jobs=1)
    world.stepfunctions.activities.clear()
    assert world.dispatcher.handle(request(world)) is Result.RETRY
    assert world.store.holders[world.arn] == set()


def test_a_task_that_is_refused_frees_its_slot_and_is_closed(world) -> None:
    world.set_activity(max_concurrent_jobs=1)
    scheduled = world.stepfunctions.schedule(world.arn, '{"job": {"gpu": 1}}')
    assert world.dispatcher.handle(request(world)) is Result.REFUSED
    assert world.store.holders[world.arn] == set()
    assert world.tasks.get(task_id_of(scheduled.token)) is None


def test_where_one_missed_task_is_found_the_next_is_polled_for(world) -> None:
    missed = DispatchRequest(activity_arn=world.arn, missed=True).to_json()
    assert world.dispatcher.handle(missed) is Result.NO_TASK
    assert world.sqs.bodies == []
    world.stepfunctions.schedule(world.arn)
    assert world.dispatcher.handle(missed) is Result.STARTED
    assert world.sqs.bodies == [missed]


def test_a_task_that_a_worker_was_faster_to_take_is_not_looked_for_again(world) -> None:
    world.set_activity(overflow_after_seconds=30)
    assert world.dispatcher.handle(request(world)) is Result.LEFT


def test_a_dropped_request_is_logged_without_its_body(world, caplog) -> None:
    assert world.dispatcher.handle('{"task_token": "secret", "input": "private"}') is Result.DROPPED
    assert "secret" not in caplog.text
    assert "private" not in caplog.text
