"""Where tasks say which execution they are of, an abort reads no history."""

import json
from dataclasses import dataclass, replace

import pytest
from tests.unit.domain.test_envelope import FACTS

from activity_dispatch.domain.tasks import TaskState
from activity_dispatch.lifecycle import canceller as cancelling
from activity_dispatch.lifecycle.canceller import Canceller
from activity_dispatch.runtime.endings import make_canceller
from activity_dispatch.testing.executions import FakeTask


@dataclass
class Counted:
    """Step Functions, whose histories are counted."""

    client: object
    histories: int = 0

    def get_paginator(self, operation: str) -> object:
        self.histories += operation == "get_execution_history"
        return self.client.get_paginator(operation)  # type: ignore[attr-defined]


@pytest.fixture
def counted(stack) -> Counted:
    stack.change_activity(envelope=True)
    return Counted(stack.stepfunctions)


@pytest.fixture
def canceller(stack, counted) -> Canceller:
    return replace(make_canceller(stack.runtime), stepfunctions=counted)


def dispatch(stack, *, is_bare: bool = False) -> FakeTask:
    task: FakeTask = stack.stepfunctions.schedule(stack.arn)
    if not is_bare:
        task.input = json.dumps({**FACTS, "execution_arn": task.execution_arn, "input": {"n": 1}})
    stack.dispatch()
    return task


def test_an_abort_of_one_of_fifty_executions_reads_no_history(stack, canceller, counted) -> None:
    tasks = [dispatch(stack) for _ in range(50)]
    stack.stepfunctions.abort(tasks[17])
    assert canceller.cancel_execution(tasks[17].execution_arn) == 1
    assert set(stack.backend.stopped) == {stack.record_of(tasks[17]).job_id}
    assert counted.histories == 0


def test_a_program_sees_the_input_alone(stack, canceller) -> None:
    task = dispatch(stack)
    assert stack.record_of(task).input == '{"n": 1}'
    (started,) = stack.backend.started.values()
    assert started.input == '{"n": 1}'


def test_an_execution_of_an_old_definition_is_found_by_its_history(stack, canceller, counted) -> None:
    dispatch(stack)
    old = dispatch(stack, is_bare=True)
    stack.stepfunctions.abort(old)
    assert canceller.cancel_execution(old.execution_arn) == 1
    assert stack.record_of(old).job_id in stack.backend.stopped
    assert counted.histories == 1


def test_an_execution_with_tasks_of_both_kinds_loses_none(stack, canceller, counted) -> None:
    known, bare = dispatch(stack), dispatch(stack, is_bare=True)
    bare.execution_arn = known.execution_arn
    stack.stepfunctions.abort(known)
    stack.stepfunctions.abort(bare)
    assert canceller.cancel_execution(known.execution_arn) == 2
    assert set(stack.backend.stopped) == {stack.record_of(task).job_id for task in (known, bare)}


def test_once_the_bare_tasks_have_ended_no_history_is_read(stack, canceller, counted) -> None:
    known, bare = dispatch(stack), dispatch(stack, is_bare=True)
    record = stack.record_of(bare)
    stack.tasks.records[record.task_id] = replace(record, state=TaskState.SETTLED, poll_id=None)
    stack.stepfunctions.abort(known)
    assert canceller.cancel_execution(known.execution_arn) == 1
    assert counted.histories == 0


def test_of_many_bare_tasks_none_is_read(stack, canceller, counted, monkeypatch) -> None:
    monkeypatch.setattr(cancelling, "MAX_BARE_READ", 1)
    known, *bare = dispatch(stack), dispatch(stack, is_bare=True), dispatch(stack, is_bare=True)
    for task in bare:
        record = stack.record_of(task)
        stack.tasks.records[record.task_id] = replace(record, state=TaskState.SETTLED, poll_id=None)
    stack.stepfunctions.abort(known)
    assert canceller.cancel_execution(known.execution_arn) == 1
    assert counted.histories == 1


def test_beside_an_activity_without_envelopes_the_history_is_read(stack, canceller, counted) -> None:
    known = dispatch(stack)
    stack.serve(replace(stack.tasks.activities[stack.arn], arn=f"{stack.arn}-2", envelope=False))
    stack.stepfunctions.abort(known)
    assert canceller.cancel_execution(known.execution_arn) == 1
    assert counted.histories == 1


def test_envelopes_that_were_turned_on_just_now_are_taken_off(stack) -> None:
    stack.change_activity(envelope=False)
    dispatch(stack, is_bare=True)
    # The dispatcher has its description for a minute.
    stack.change_activity(envelope=True)
    assert stack.record_of(dispatch(stack)).input == '{"n": 1}'


def test_with_envelopes_off_what_looks_like_one_is_an_input(stack) -> None:
    stack.change_activity(envelope=False)
    task = dispatch(stack)
    assert (stack.record_of(task).input, stack.record_of(task).execution_arn) == (task.input, None)


def test_an_invalid_envelope_fails_its_task(stack, canceller) -> None:
    task = stack.stepfunctions.schedule(stack.arn, json.dumps({**FACTS, "execution_arn": 5, "input": 1}))
    stack.dispatch()
    assert task.answer["error"] == "Dispatch.InvalidInput"
    assert "execution_arn: 5; it must be an execution's ARN" in task.answer["cause"]
