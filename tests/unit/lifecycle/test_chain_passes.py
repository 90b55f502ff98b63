"""What the reconciler does for tasks of an activity with a chain of backends."""

import pytest
from botocore.exceptions import EndpointConnectionError
from tests.unit.lifecycle.chains import (
    CAPACITY,
    SECOND,
    THIRD,
    asked_for,
    end,
    failed,
    jobs,
    reconcile,
    refuse,
)

from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.jobs import JobState
from activity_dispatch.domain.outcomes import ErrorName
from activity_dispatch.domain.tasks import task_id_of
from activity_dispatch.report.reporter import Report
from activity_dispatch.worker.assignment import NotOurs, take


@pytest.fixture
def now(stack) -> list[float]:
    now = [1_000_000.0]
    stack.clock = lambda: now[0]
    stack.change_activity(fallbacks=(SECOND, THIRD), max_concurrent_jobs=1)
    return now


@pytest.fixture
def scheduled(stack, now):
    return stack.stepfunctions.schedule(stack.arn, "{}")


def test_a_job_that_waits_too_long_is_stopped_and_only_then_goes_on(stack, now, scheduled) -> None:
    stack.change_activity(max_queue_seconds=100)
    stack.dispatch()
    stack.backend.state = JobState.QUEUED
    now[0] += 101
    assert reconcile(stack) == {"QUEUE_TIMEOUT": 1}
    task_id = task_id_of(scheduled.token)
    assert list(stack.backend.stopped) == [f"fake-{task_id}"]
    assert stack.record_of(scheduled).attempt == 1
    assert isinstance(take(stack.tasks, task_id, "ecs:just-now"), NotOurs)
    now[0] += 60
    assert reconcile(stack) == {"SETTLE": 1}
    record = stack.record_of(scheduled)
    assert (record.attempt, record.attempts[0].error) == (2, ErrorName.DISPATCH_QUEUE_TIMEOUT)
    assert stack.dispatcher.handle(*asked_for(stack)) is Result.STARTED


def test_a_job_that_runs_at_last_is_left_alone_when_its_worker_was_first(stack, now, scheduled) -> None:
    stack.change_activity(max_queue_seconds=100)
    stack.dispatch()
    stack.backend.state = JobState.QUEUED
    stack.tasks.claim(task_id_of(scheduled.token), "ecs:1")
    now[0] += 101
    reconcile(stack)
    assert stack.backend.stopped == {}


def test_the_reconciler_repeats_a_lost_request_and_starts_nothing(stack, now, scheduled) -> None:
    stack.dispatch()
    end(stack, scheduled, 1, failed(CAPACITY))
    asked_for(stack)
    for _ in range(4):
        now[0] += 61
        reconcile(stack)
        assert len(asked_for(stack)) == 1
    assert jobs(stack) == [1]


def test_a_move_whose_request_can_not_be_sent_is_made(stack, scheduled, monkeypatch) -> None:
    def refuse_to_send(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="sqs")

    stack.dispatch()
    monkeypatch.setattr(stack.sqs, "send_message_batch", refuse_to_send)
    assert end(stack, scheduled, 1, failed(CAPACITY)) is Report.SETTLED
    assert stack.record_of(scheduled).attempt == 2


def test_a_job_that_is_lost_counts_as_interrupted(stack, now, scheduled) -> None:
    refuse(stack, 1)
    stack.dispatch()
    stack.backend.started.clear()
    now[0] += 601
    assert reconcile(stack) == {"LOST": 1}
    assert stack.record_of(scheduled).attempt == 3


def test_starts_without_any_answer_end_on_the_next_backend(stack, now, scheduled) -> None:
    refuse(stack, 1, may_run=True)
    stack.dispatch()
    for _ in range(6):
        now[0] += 181
        reconcile(stack)
    assert stack.record_of(scheduled).attempt == 2
    assert len(asked_for(stack)) == 1
