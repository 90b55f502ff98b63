"""A task keeps the description that it was started with, whatever becomes of its activity."""

import json
from dataclasses import replace

import pytest

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.dispatch.poller import make_polling_threads
from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState
from activity_dispatch.domain.outcomes import Cause, Failed
from activity_dispatch.domain.tasks import TaskState
from activity_dispatch.reconcile.assembly import make_reconciler
from activity_dispatch.report.reporter import make_reporter
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.testing.backend import FakeBackend
from activity_dispatch.testing.stepfunctions import client_error


@pytest.fixture(params=["changed", "removed"])
def moved(request, stack):
    """A running task whose activity is changed to another backend, or removed; and that other backend."""
    new = FakeBackend()
    old = stack.backend

    def create(kind: str, _config: object, _clients: object) -> FakeBackend:
        return old if kind == "fake" else new

    stack.runtime = replace(stack.runtime, create_backend=create)
    stack.runtime.activities.ttl_seconds = 0.0
    scheduled = stack.stepfunctions.schedule(stack.arn)
    stack.dispatch()
    if request.param == "changed":
        stack.change_activity(backend="other", timeout_seconds=1)
    else:
        del stack.tasks.activities[stack.arn]
    return scheduled, new


def reconcile(runtime: Runtime) -> dict[str, int]:
    return dict(make_reconciler(runtime, threads=2, heartbeats=RateLimit(per_second=1e6)).run())


def test_the_record_names_a_kept_description(stack) -> None:
    scheduled = stack.stepfunctions.schedule(stack.arn)
    stack.dispatch()
    description = stack.record_of(scheduled).description
    assert description == stack.activity.fingerprint
    assert json.loads(stack.tasks.descriptions[description])["backend"] == "fake"


def test_a_description_that_is_not_kept_costs_no_task(stack, monkeypatch) -> None:
    def refuse(_: object) -> None:
        raise client_error("ThrottlingException", "PutItem")

    monkeypatch.setattr(stack.tasks, "keep_description", refuse)
    scheduled = stack.stepfunctions.schedule(stack.arn)
    assert stack.dispatch() is Result.RETRY
    with pytest.raises(Exception, match="ThrottlingException"):
        make_polling_threads(stack.runtime, "poller", slot_seconds=0.0).poll(stack.activity)
    assert scheduled.worker_name is None
    monkeypatch.undo()
    assert stack.dispatch() is Result.STARTED


def test_the_poller_keeps_descriptions_too(stack) -> None:
    scheduled = stack.stepfunctions.schedule(stack.arn)
    make_polling_threads(stack.runtime, "poller", slot_seconds=0.0).poll(stack.activity)
    assert stack.record_of(scheduled).description in stack.tasks.descriptions


def test_a_running_job_gets_its_heartbeats(stack, moved) -> None:
    scheduled, new = moved
    stack.clock = lambda: stack.record_of(scheduled).starting_at + 700.0
    assert reconcile(stack.runtime) == {"BEAT": 1}
    assert scheduled.heartbeats == 1
    assert new.started == {}


def test_an_interrupted_start_finds_its_job_where_it_was_started(stack, moved) -> None:
    scheduled, new = moved
    record = stack.record_of(scheduled)
    stack.tasks.records[record.task_id] = replace(
        record, state=TaskState.STARTING, job_id=None, started_at=None
    )
    stack.clock = lambda: record.starting_at + 200.0
    assert reconcile(stack.runtime) == {"START": 1}
    assert stack.record_of(scheduled).job_id == record.job_id
    assert (len(stack.backend.started), len(new.started)) == (1, 0)


def test_an_ended_job_is_settled_with_its_log(stack, moved) -> None:
    scheduled, _ = moved
    record = stack.record_of(scheduled)
    stack.logs.lines["fake", record.job_id] = ["what went wrong"]
    diagnosis = Diagnosis(
        task_id=record.task_id,
        job_id=JobId(record.job_id),
        state=JobState.ENDED,
        outcome=Failed(error="Job.Failed", cause=Cause(message="exit code 1")),
    )
    make_reporter(stack.runtime).handle({"diagnosis": diagnosis})
    assert json.loads(scheduled.answer["cause"])["log_tail"] == ["what went wrong"]


def test_a_job_that_nobody_waits_for_is_stopped_where_it_runs(stack, moved) -> None:
    scheduled, new = moved
    stack.stepfunctions.abort(scheduled)
    reconcile(stack.runtime)
    assert (len(stack.backend.stopped), len(new.stopped)) == (1, 0)


def test_jobs_of_before_and_after_are_each_asked_about_at_their_backend(stack, moved) -> None:
    old, new = moved
    started_with = stack.tasks.description(stack.record_of(old).description)
    stack.serve(replace(started_with, backend="other"))
    later = stack.stepfunctions.schedule(stack.arn)
    stack.dispatch()
    assert (len(stack.backend.started), len(new.started)) == (1, 1)
    assert reconcile(stack.runtime) == {"BEAT": 2}
    assert (old.heartbeats, later.heartbeats) == (1, 1)
