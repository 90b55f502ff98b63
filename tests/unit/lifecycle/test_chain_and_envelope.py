"""A task in an envelope, of an activity with a chain of backends: each attempt sees the same task."""

import json

import pytest
from tests.unit.domain.test_envelope import EXECUTION, envelope
from tests.unit.lifecycle.chains import CAPACITY, SECOND, THIRD, asked_for, end, failed, refuse

from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.job_tags import JobTags

TAGS = {
    "activity-dispatch:activity": "work",
    "activity-dispatch:execution": "2026-11-30",
    "activity-dispatch:state": "Cut",
    "team": "left",
}


@pytest.fixture
def scheduled(stack):
    tags = JobTags(allowed=("team",), facts=("execution", "state"))
    stack.change_activity(fallbacks=(SECOND, THIRD), envelope=True, job_tags=tags)
    return stack.stepfunctions.schedule(stack.arn, envelope('{"n": 1.0, "job": {"tags": {"team": "left"}}}'))


def check(stack, attempt: int) -> None:
    (task,) = (each for each in stack.backend.started.values() if each.attempt == attempt)
    assert json.loads(task.input) == {"n": 1, "job": {"tags": {"team": "left"}}}
    assert (task.execution_arn, task.tags) == (EXECUTION, TAGS)
    assert task.origin.state_name == "Cut"


def test_the_next_attempt_has_what_the_envelope_said(stack, scheduled) -> None:
    refuse(stack, 1)
    assert stack.dispatch() is Result.STARTED
    check(stack, 2)


def test_so_has_one_that_is_asked_for(stack, scheduled) -> None:
    assert stack.dispatch() is Result.STARTED
    check(stack, 1)
    end(stack, scheduled, 1, failed(CAPACITY))
    assert stack.dispatcher.handle(*asked_for(stack)) is Result.STARTED
    check(stack, 2)


def test_an_envelope_that_is_wrong_is_no_reason_for_another_attempt(stack, scheduled) -> None:
    scheduled.input = envelope("1", attempt=-1)
    assert stack.dispatch() is Result.REFUSED
    assert scheduled.answer["error"] == "Dispatch.InvalidInput"
    assert not stack.backend.started
