"""A warm worker's next tasks: their envelopes and traces, and what chains of backends change for them."""

import json
from dataclasses import replace

import pytest
from tests.unit.domain.test_envelope import EXECUTION, envelope

from activity_dispatch.domain.tasks import TaskState, task_id_of
from activity_dispatch.testing.stack import ARN
from activity_dispatch.worker.stop_reason import StopReason

SHOW = 'printf "%s" "\\"${TRACEPARENT:-none}\\"" > $TASK_OUTPUT'


def change(warm, **settings) -> None:
    """Change the activity's description, and the first task's with it."""
    warm.change_activity(linger_seconds=20, **settings)
    task_id = warm.settings.task_id
    fingerprint = warm.activity.fingerprint
    warm.tasks.records[task_id] = replace(warm.tasks.records[task_id], description=fingerprint)


@pytest.fixture
def wrapped(warm):
    change(warm, envelope=True)
    return warm


def test_a_program_sees_the_input_without_its_envelope(wrapped) -> None:
    task = wrapped.stepfunctions.schedule(ARN, envelope('{"n": 1}'))
    wrapped.sh("cat $TASK_INPUT > $TASK_OUTPUT")
    assert json.loads(task.answer["output"]) == {"n": 1}
    record = wrapped.tasks.get(task_id_of(task.token))
    assert (record.execution_arn, record.origin.state_name) == (EXECUTION, "Cut")
    assert [*wrapped.tasks.of_execution(EXECUTION)] == [record.task_id]


def test_each_task_has_its_own_trace(wrapped) -> None:
    known, bare = wrapped.stepfunctions.schedule(ARN, envelope()), wrapped.stepfunctions.schedule(ARN, "{}")
    wrapped.sh(SHOW)
    assert json.loads(known.answer["output"]).split("-")[2] == task_id_of(known.token)[:16]
    assert json.loads(bare.answer["output"]) == "none"


def test_an_envelope_that_is_wrong_fails_its_task_and_the_next_follows(wrapped) -> None:
    wrong = wrapped.stepfunctions.schedule(ARN, envelope(attempt=-1))
    task = wrapped.stepfunctions.schedule(ARN, envelope("2"))
    wrapped.sh("cat $TASK_INPUT > $TASK_OUTPUT")
    assert wrong.answer["error"] == "Dispatch.InvalidInput"
    assert task.answer["output"] == "2"


def test_what_is_given_back_is_out_of_its_envelope(wrapped, monkeypatch) -> None:
    task = wrapped.stepfunctions.schedule(ARN, envelope("2"))
    poll = wrapped.stepfunctions.get_activity_task

    def and_stop(**parameters):
        wrapped.stopper.stop(StopReason.INTERRUPTED)
        return poll(**parameters)

    monkeypatch.setattr(wrapped.stepfunctions, "get_activity_task", and_stop)
    wrapped.sh("true")
    record = wrapped.tasks.get(task_id_of(task.token))
    assert (record.state, record.input, record.execution_arn) == (TaskState.STARTING, "2", EXECUTION)


def test_an_interruption_is_left_to_the_stack_for_the_first_task_only(warm, wait_until) -> None:
    warm.configure(linger_seconds=20, leaves_interruption=True)
    task = warm.stepfunctions.schedule(ARN, '{"n": 0}')
    script = 'grep -q "n.: 0" $TASK_INPUT && touch $TMP_OF_TEST/up && exec sleep 60; true'
    worker = warm.in_background(lambda: warm.sh(script))
    wait_until(lambda: "up" in warm.marks())
    warm.stopper.stop(StopReason.INTERRUPTED)
    assert worker.exit_code() == 143
    assert task.answer["error"] == "Job.Interrupted"


def test_an_interrupted_first_task_is_left_and_nothing_follows(warm, wait_until) -> None:
    warm.configure(linger_seconds=20, leaves_interruption=True)
    task = warm.stepfunctions.schedule(ARN, "{}")
    worker = warm.in_background(lambda: warm.sh("touch $TMP_OF_TEST/up; exec sleep 60"))
    wait_until(lambda: "up" in warm.marks())
    warm.stopper.stop(StopReason.INTERRUPTED)
    assert worker.exit_code() == 143
    assert (warm.scheduled.answer, task.answer) == (None, None)


def test_a_job_whose_first_task_has_moved_on_takes_nothing(warm, monkeypatch) -> None:
    settle = warm.tasks.record_settled

    def as_anothers(task_id, *rest, **options):
        done = settle(task_id, *rest, **options)
        warm.tasks.records[task_id] = replace(warm.tasks.records[task_id], claimed_by="ecs:another")
        return done

    monkeypatch.setattr(warm.tasks, "record_settled", as_anothers)
    task = warm.stepfunctions.schedule(ARN, "{}")
    warm.sh("true")
    assert task.answer is None


def test_a_job_of_an_activity_that_is_not_warm_takes_nothing(warm) -> None:
    warm.change_activity(linger_seconds=None)
    fingerprint = warm.activity.fingerprint
    task_id = warm.settings.task_id
    warm.tasks.records[task_id] = replace(warm.tasks.records[task_id], description=fingerprint)
    task = warm.stepfunctions.schedule(ARN, "{}")
    warm.sh("true")
    assert task.answer is None
