"""Cancelling an execution's tasks: each by itself, and only those that nobody waits for."""

import json
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from activity_dispatch.domain.jobs import JobId
from activity_dispatch.domain.tasks import OutcomeName, TaskState, task_id_of
from activity_dispatch.lifecycle.canceller import Canceller, NoTimeLeft
from activity_dispatch.runtime.endings import make_canceller
from activity_dispatch.testing.backend import FakeBackend
from activity_dispatch.testing.executions import FakeTask
from activity_dispatch.testing.stepfunctions import client_error


class OneExecution:
    """GetExecutionHistory of one execution with all of the stack's tasks."""

    def __init__(self, stack) -> None:
        self.stack = stack

    def get_paginator(self, _: str) -> "OneExecution":
        return self

    def paginate(self, **_: object):
        for number, task in enumerate(self.stack.stepfunctions.tasks.values()):
            details = {"workerName": task.worker_name}
            yield {
                "events": [{"id": number, "type": "ActivityStarted", "activityStartedEventDetails": details}]
            }


@pytest.fixture
def canceller(stack) -> Canceller:
    made = make_canceller(stack.runtime, threads=4)
    return replace(made, stepfunctions=OneExecution(stack))  # type: ignore[arg-type]


@pytest.fixture
def tasks(stack) -> list[FakeTask]:
    """Five tasks whose jobs run."""
    tasks = [stack.stepfunctions.schedule(stack.arn) for _ in range(5)]
    for _ in tasks:
        stack.dispatch()
    return tasks


@pytest.fixture
def aborted(stack, tasks: list[FakeTask]) -> list[FakeTask]:
    """The five tasks, of an execution that was aborted."""
    for task in tasks:
        stack.stepfunctions.abort(task)
    return list(tasks)


def job_of(task: FakeTask) -> JobId:
    return JobId(f"fake-{task_id_of(task.token)}")


def failing_stop(backend: FakeBackend, *jobs: JobId):
    stop = type(backend).stop

    def fail(job: JobId, reason: str) -> None:
        if job in jobs:
            raise client_error("ThrottlingException", "StopTask")
        stop(backend, job, reason)

    return fail


def test_a_late_or_forged_event_leaves_live_jobs_alone(stack, canceller, tasks) -> None:
    stack.stepfunctions.abort(tasks[0])
    assert canceller.cancel_execution("arn") == 1
    assert set(stack.backend.stopped) == {job_of(tasks[0])}
    for task in tasks[1:]:
        record = stack.record_of(task)
        assert (record.state, record.token, record.outcome) == (TaskState.STARTED, task.token, None)


@pytest.mark.parametrize("broken", range(5))
def test_a_stop_that_fails_leaves_no_sibling_running(stack, canceller, aborted, monkeypatch, broken) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(stack.backend, "stop", failing_stop(stack.backend, job_of(aborted[broken])))
        for _ in range(3):
            with pytest.raises(ExceptionGroup, match="1 of its tasks") as raised:
                canceller.cancel_execution("arn")
            assert raised.group_contains(ClientError)
            others = {job_of(task) for task in aborted} - {job_of(aborted[broken])}
            assert set(stack.backend.stopped) == others
    # Recorded as cancelled by now, but not stopped: the event's next delivery does it.
    assert stack.record_of(aborted[broken]).outcome is OutcomeName.CANCELLED
    canceller.cancel_execution("arn")
    assert job_of(aborted[broken]) in stack.backend.stopped


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException", "InternalError"])
def test_a_heartbeat_that_fails_cancels_nothing(stack, canceller, aborted, monkeypatch, code) -> None:
    answer = stack.stepfunctions.send_task_heartbeat

    def heartbeat(*, taskToken: str) -> object:  # noqa: N803
        if taskToken == aborted[1].token:
            raise client_error(code, "SendTaskHeartbeat")
        return answer(taskToken=taskToken)

    monkeypatch.setattr(stack.stepfunctions, "send_task_heartbeat", heartbeat)
    with pytest.raises(ExceptionGroup):
        canceller.cancel_execution("arn")
    assert set(stack.backend.stopped) == {job_of(task) for task in aborted} - {job_of(aborted[1])}
    assert stack.record_of(aborted[1]).token == aborted[1].token


def test_a_broken_look_up_or_an_unexpected_error_stops_no_other(
    stack, canceller, aborted, monkeypatch
) -> None:
    get, of_poll = stack.tasks.get, stack.tasks.of_poll
    poll = aborted[0].worker_name.split(" ")[0]

    def broken_get(task_id: str, **options: bool):
        if task_id == task_id_of(aborted[1].token):
            raise KeyError("heartbeat_seconds")
        return get(task_id, **options)

    def broken_of_poll(poll_id: str):
        if poll_id == poll:
            raise client_error("ProvisionedThroughputExceededException", "Query")
        return of_poll(poll_id)

    monkeypatch.setattr(stack.tasks, "get", broken_get)
    monkeypatch.setattr(stack.tasks, "of_poll", broken_of_poll)
    with pytest.raises(ExceptionGroup, match="2 of its tasks"):
        canceller.cancel_execution("arn")
    assert set(stack.backend.stopped) == {job_of(task) for task in aborted[2:]}


def test_when_the_time_is_up_the_next_delivery_goes_on(stack, canceller, aborted) -> None:
    left = iter([30.0, 20.0, 0.0, -1.0, -2.0])
    one_by_one = replace(canceller, threads=1)
    with pytest.raises(ExceptionGroup, match="3 of its tasks") as raised:
        one_by_one.cancel_execution("arn", lambda: next(left))
    assert raised.group_contains(NoTimeLeft)
    assert len(stack.backend.stopped) == 2
    canceller.cancel_execution("arn")
    assert len(stack.backend.stopped) == 5


def test_a_job_id_that_was_recorded_meanwhile_is_used(stack, canceller, aborted, monkeypatch) -> None:
    of_poll = stack.tasks.of_poll
    monkeypatch.setattr(stack.tasks, "of_poll", lambda poll: replace(of_poll(poll), job_id=None))
    monkeypatch.setattr(stack.backend, "find", lambda _: None)
    assert canceller.cancel_execution("arn") == 5
    assert len(stack.backend.stopped) == 5


def test_a_job_id_that_the_callers_record_lacks_is_read(stack, canceller, aborted, monkeypatch) -> None:
    outdated = replace(stack.record_of(aborted[0]), job_id=None, state=TaskState.STARTING)
    monkeypatch.setattr(stack.backend, "find", lambda _: None)
    canceller.cancel(outdated)
    assert set(stack.backend.stopped) == {job_of(aborted[0])}


def test_a_forged_job_id_does_not_stop_another_tasks_job(stack, canceller, tasks) -> None:
    forger, victim = tasks[0], tasks[1]
    record = stack.record_of(forger)
    stack.tasks.records[record.task_id] = replace(record, job_id=job_of(victim))
    stack.stepfunctions.abort(forger)
    canceller.cancel_execution("arn")
    assert set(stack.backend.stopped) == {job_of(forger)}


@pytest.mark.parametrize("is_removed", [False, True])
def test_a_job_is_stopped_where_it_was_started(stack, canceller, aborted, is_removed) -> None:
    old, new = stack.backend, FakeBackend()
    backends = {json.dumps({}): old, json.dumps({"cluster": "new"}): new}
    canceller = replace(canceller, backend_of=lambda activity: backends[json.dumps(activity.config)])
    stack.change_activity(config={"cluster": "new"})
    if is_removed:
        del stack.tasks.activities[stack.arn]
    assert canceller.cancel_execution("arn") == 5
    assert (len(old.stopped), len(new.stopped)) == (5, 0)
