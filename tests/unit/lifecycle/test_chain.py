"""Tasks of an activity with a chain of backends: which failures lead to the next one, and who starts it."""

import json
from dataclasses import replace

import pytest
from tests.unit.lifecycle.chains import (
    CAPACITY,
    SECOND,
    THIRD,
    asked_for,
    end,
    failed,
    jobs,
    refuse,
)

from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.jobs import JobId
from activity_dispatch.domain.outcomes import ErrorName, Succeeded
from activity_dispatch.domain.tasks import OutcomeName, TaskState, task_id_of
from activity_dispatch.report.reporter import Report
from activity_dispatch.runtime.endings import make_canceller
from activity_dispatch.testing import Faults
from activity_dispatch.worker.assignment import NotOurs, Taken, take


@pytest.fixture
def now(stack) -> list[float]:
    now = [1_000_000.0]
    stack.clock = lambda: now[0]
    stack.change_activity(fallbacks=(SECOND, THIRD), max_concurrent_jobs=1)
    return now


@pytest.fixture
def scheduled(stack, now):
    return stack.stepfunctions.schedule(stack.arn, "{}")


@pytest.mark.parametrize("error", [CAPACITY, ErrorName.DISPATCH_THROTTLED])
def test_a_refused_start_goes_to_the_next_backend_at_once(stack, scheduled, error: str) -> None:
    refuse(stack, 1, 2, error=error)
    assert stack.dispatch() is Result.STARTED
    record = stack.record_of(scheduled)
    assert (record.attempt, record.backend, record.state) == (3, "third", TaskState.STARTED)
    assert [(each.backend, each.error) for each in record.attempts] == [("fake", error), ("second", error)]
    assert jobs(stack) == [3]
    assert stack.slot_store.holders[stack.arn] == {record.poll_id}


def test_the_last_refusal_is_the_outcome_and_tells_every_attempt(stack, scheduled) -> None:
    refuse(stack, 1, 2, 3)
    assert stack.dispatch() is Result.REFUSED
    cause = json.loads(scheduled.answer["cause"])
    assert (cause["message"], cause["backend"]) == ("no room at 3", "third")
    assert [each["message"] for each in cause["attempts"]] == ["no room at 1", "no room at 2"]
    assert stack.slot_store.holders[stack.arn] == set()


@pytest.mark.parametrize("error", [ErrorName.DISPATCH_INVALID_REQUEST, ErrorName.DISPATCH_INVALID_INPUT])
def test_what_another_backend_can_not_cure_ends_the_task(stack, scheduled, error: str) -> None:
    refuse(stack, 1, error=error)
    assert stack.dispatch() is Result.REFUSED
    assert scheduled.answer["error"] == error


def test_a_lost_answer_never_moves_a_task_on(stack, scheduled) -> None:
    refuse(stack, 1, may_run=True)
    assert stack.dispatch() is Result.OPEN
    assert stack.record_of(scheduled).attempt == 1


def test_a_task_that_is_not_in_the_table_is_settled(stack, scheduled, monkeypatch) -> None:
    faulty = Faults.at("add", fail="ThrottlingException").wrap(stack.tasks)
    starter = replace(stack.starter, tasks=faulty)
    object.__setattr__(stack.dispatcher, "starter", starter)
    assert stack.dispatch() is Result.REFUSED
    assert scheduled.answer["error"] == CAPACITY


@pytest.mark.parametrize(
    ("error", "moves"),
    [
        (CAPACITY, True),
        (ErrorName.DISPATCH_QUEUE_TIMEOUT, True),
        (ErrorName.JOB_NEVER_STARTED, False),
        (ErrorName.JOB_FAILED, False),
        (ErrorName.JOB_INTERRUPTED, False),
    ],
)
def test_an_end_without_work_leads_to_the_next_backend(stack, scheduled, error: str, moves: bool) -> None:
    stack.dispatch()
    assert end(stack, scheduled, 1, failed(error)) is Report.SETTLED
    record = stack.record_of(scheduled)
    assert (record.attempt, record.state is TaskState.STARTING) == ((2, True) if moves else (1, False))
    assert len(asked_for(stack)) == moves


def test_the_dispatcher_starts_what_the_reporter_has_recorded_once(stack, scheduled) -> None:
    stack.dispatch()
    end(stack, scheduled, 1, failed(CAPACITY))
    (body,) = asked_for(stack)
    assert jobs(stack) == [1], "the reporter starts nothing"
    assert stack.dispatcher.handle(body) is Result.STARTED
    assert stack.dispatcher.handle(body) is Result.KNOWN
    assert jobs(stack) == [1, 2]
    assert end(stack, scheduled, 2, Succeeded(output="{}")) is Report.SETTLED
    assert scheduled.status == "SUCCEEDED"
    assert stack.slot_store.holders[stack.arn] == set()


def test_an_interruption_leads_to_a_link_that_says_so(stack, scheduled) -> None:
    refuse(stack, 1)
    stack.dispatch()
    assert [task.falls_back_after_interruption for task in stack.backend.started.values()] == [True]
    end(stack, scheduled, 2, failed(ErrorName.JOB_INTERRUPTED))
    assert stack.dispatcher.handle(*asked_for(stack)) is Result.STARTED
    assert stack.record_of(scheduled).backend == "third"
    end(stack, scheduled, 3, failed(ErrorName.JOB_INTERRUPTED))
    assert scheduled.answer["error"] == ErrorName.JOB_INTERRUPTED
    assert len(json.loads(scheduled.answer["cause"])["attempts"]) == 2


def test_a_late_event_of_an_earlier_attempt_changes_nothing(stack, scheduled) -> None:
    stack.dispatch()
    end(stack, scheduled, 1, failed(CAPACITY))
    assert end(stack, scheduled, 1, failed(CAPACITY)) is Report.NOT_OURS
    stack.dispatcher.handle(asked_for(stack)[0])
    before = stack.record_of(scheduled)
    assert end(stack, scheduled, 1, Succeeded(output="{}")) is Report.NOT_OURS
    assert stack.record_of(scheduled) == before


def test_a_late_start_of_an_earlier_attempt_is_stopped_and_not_recorded(stack, scheduled) -> None:
    stack.dispatch()
    first = next(iter(stack.backend.started.values()))
    end(stack, scheduled, 1, failed(CAPACITY))
    starter, backend = stack.starter, stack.backend
    backend.ends.clear()
    starter._started(first, stack.activity, backend, JobId(f"fake-{first.task_id}"), is_recorded=True)
    assert stack.record_of(scheduled).job_id is None
    assert list(backend.stopped) == [f"fake-{first.task_id}"]


def test_a_late_worker_of_an_earlier_attempt_gets_no_task(stack, scheduled) -> None:
    stack.dispatch()
    end(stack, scheduled, 1, failed(CAPACITY))
    task_id = task_id_of(scheduled.token)
    assert isinstance(take(stack.tasks, task_id, "ecs:old"), NotOurs)
    assert not stack.tasks.claim(task_id, "ecs:old")
    assert isinstance(take(stack.tasks, task_id, "ecs:new", attempt=2), Taken)


def test_an_abort_between_two_attempts_starts_nothing(stack, scheduled) -> None:
    stack.dispatch()
    end(stack, scheduled, 1, failed(CAPACITY))
    (body,) = asked_for(stack)
    make_canceller(stack.runtime).cancel(stack.record_of(scheduled))
    assert stack.dispatcher.handle(body) is Result.KNOWN
    assert jobs(stack) == [1]
    assert stack.record_of(scheduled).outcome is OutcomeName.CANCELLED


def test_a_cancelled_task_is_not_moved(stack, scheduled) -> None:
    stack.dispatch()
    seen = stack.record_of(scheduled)
    stack.settler.cancel(seen.task_id)
    assert not stack.runtime.chain.move(stack.activity, seen, failed(CAPACITY))


def test_a_second_job_of_the_attempt_that_runs_keeps_the_task_there(stack, scheduled, monkeypatch) -> None:
    stack.dispatch()
    other = JobId("fake-other")
    stack.backend.started[other] = next(iter(stack.backend.started.values()))
    monkeypatch.setattr(stack.backend, "find", lambda _: other)
    with pytest.raises(Exception, match="of its attempt is under way"):
        end(stack, scheduled, 1, failed(CAPACITY))
    assert stack.record_of(scheduled).attempt == 1


@pytest.mark.parametrize("task_id", ["0" * 32, "known", "another's"])
def test_a_forged_request_starts_nothing(stack, scheduled, task_id: str) -> None:
    stack.dispatch()
    known = task_id_of(scheduled.token)
    fields = {"task_id": known if task_id != "0" * 32 else task_id}
    if task_id == "another's":
        end(stack, scheduled, 1, failed(CAPACITY))
        fields["activity_arn"] = stack.arn + "2"
    assert stack.dispatch(**fields) is Result.KNOWN
    assert jobs(stack) == [1]
