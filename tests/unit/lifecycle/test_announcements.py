"""What an event bus is told about tasks, by whom, and how often."""

import json
from dataclasses import replace

import pytest
from tests.unit.lifecycle.events import BUS, checked, tell

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.backends.base import StartRefused
from activity_dispatch.domain.attempts import Attempt
from activity_dispatch.domain.events import EventKind
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Succeeded
from activity_dispatch.domain.tasks import Origin
from activity_dispatch.observe.metrics import Metric
from activity_dispatch.reconcile.assembly import make_reconciler
from activity_dispatch.report.reporter import make_reporter

EXECUTION = "arn:aws:states:eu-west-1:000000000000:execution:film:one"
DONE = Succeeded(output='{"x": "secret-output"}')
SECRETS = ("secret-input", "secret-output", "secret-cause")


@pytest.fixture
def told(stack):
    """A stack whose activity tells its bus."""
    return tell(stack)


@pytest.fixture
def now(stack) -> list[float]:
    """The time of the stack, as the only item."""
    now = [1_000_000.0]
    stack.clock = lambda: now[0]
    return now


def details(stack, kind: EventKind) -> list:
    return [checked(event) for event in stack.events.of(kind)]


def ended(stack, scheduled, outcome, *, job: str | None = None) -> Diagnosis:
    record = stack.record_of(scheduled)
    job_id = JobId(job or record.job_id or "")
    return Diagnosis(task_id=record.task_id, job_id=job_id, state=JobState.ENDED, outcome=outcome)


def report(stack, diagnosis: Diagnosis) -> None:
    make_reporter(stack.runtime).handle({"diagnosis": diagnosis})


def test_a_start_and_an_end_are_told_once(told) -> None:
    scheduled = told.stepfunctions.schedule(told.arn, '{"n": "secret-input"}')
    told.dispatch()
    end = ended(told, scheduled, DONE)
    for _ in range(2):
        report(told, end)
    (started,) = details(told, EventKind.STARTED)
    (settled,) = details(told, EventKind.SETTLED)
    record = told.record_of(scheduled)
    assert started["id"] == f"{record.task_id}:1:started"
    assert (started["stack"], started["activity"], started["backend"]) == ("stack", "work", "fake")
    assert (settled["status"], settled["job_id"]) == ("succeeded", f"fake-{record.task_id}")
    assert "error" not in settled
    assert {bus for bus, _ in told.events.recorded} == {BUS}


def test_no_event_has_a_token_an_input_an_output_or_a_cause(told) -> None:
    scheduled = told.stepfunctions.schedule(told.arn, '{"n": "secret-input"}')
    told.dispatch()
    failed = Failed(error="My.Error", cause=Cause(message="secret-cause"))
    told.tasks.record_progress(told.record_of(scheduled).task_id, "half")
    make_reconciler(told.runtime, threads=1, heartbeats=RateLimit(per_second=1e6)).run()
    report(told, ended(told, scheduled, failed))
    (settled,) = details(told, EventKind.SETTLED)
    assert (settled["status"], settled["error"]) == ("failed", "My.Error")
    text = json.dumps([event.detail for _, event in told.events.recorded])
    assert len(told.events.recorded) == 3
    assert not any(secret in text for secret in (*SECRETS, scheduled.token))


def test_a_workers_outcome_is_told_when_its_job_has_ended(told) -> None:
    scheduled = told.stepfunctions.schedule(told.arn)
    told.dispatch()
    record = told.record_of(scheduled)
    # A worker is no part of the stack: it has no bus and no permission.
    worker = replace(told.settler, announcements=None)
    worker.settle(record.task_id, scheduled.token, Succeeded(output="1"))
    assert details(told, EventKind.SETTLED) == []
    report(told, ended(told, scheduled, None))
    assert [each["status"] for each in details(told, EventKind.SETTLED)] == ["succeeded"]


def test_a_task_that_is_not_started_is_told_as_settled_only(told) -> None:
    told.stepfunctions.schedule(told.arn)

    def refuse(_task):
        raise StartRefused(ErrorName.DISPATCH_INVALID_REQUEST, "secret-cause")

    told.backend.before_start = refuse
    told.dispatch()
    assert details(told, EventKind.STARTED) == []
    assert [each["error"] for each in details(told, EventKind.SETTLED)] == ["Dispatch.InvalidRequest"]


def test_what_is_known_of_the_execution_is_told(told) -> None:
    origin = Origin(state_name="Cut", attempt=0, entered_at="2026-11-30T04:00:00.123Z")
    task = replace(told.task("token", "1"), execution_arn=EXECUTION, origin=origin)
    told.starter.start(told.activity, told.backend, task)
    (started,) = details(told, EventKind.STARTED)
    assert (started["execution_arn"], started["state_name"]) == (EXECUTION, "Cut")
    assert len(started["trace_id"]) == 32


def test_each_attempt_is_told_with_its_number(told) -> None:
    ended_one = Attempt(backend="ecs", error="Job.Interrupted", message="m", started_at=1.0, ended_at=2.0)
    task = replace(told.task("token", "1"), attempt=2, attempts=(ended_one,))
    told.starter.start(told.activity, told.backend, task)
    (started,) = details(told, EventKind.STARTED)
    assert (started["attempt"], started["id"]) == (2, f"{task.task_id}:2:started")


def test_a_cancelled_task_is_told(told) -> None:
    scheduled = told.stepfunctions.schedule(told.arn)
    told.dispatch()
    scheduled.timed_out = True
    report(told, ended(told, scheduled, DONE))
    assert [each["status"] for each in details(told, EventKind.SETTLED)] == ["cancelled"]


@pytest.mark.parametrize("buses", [(), (BUS,)])
def test_an_activity_without_a_bus_tells_nobody(stack, buses) -> None:
    stack.stack_settings = replace(stack.stack_settings, event_buses=buses)
    scheduled = stack.stepfunctions.schedule(stack.arn)
    stack.dispatch()
    report(stack, ended(stack, scheduled, DONE))
    assert stack.record_of(scheduled).is_closed
    assert stack.events.recorded == []


def test_a_bus_that_the_stack_may_not_use_is_counted_and_not_asked(told) -> None:
    told.stack_settings = replace(
        told.stack_settings, event_buses=("arn:aws:events:eu-west-1:000000000000:event-bus/x",)
    )
    scheduled = told.stepfunctions.schedule(told.arn)
    told.dispatch()
    assert told.record_of(scheduled).job_id is not None
    assert told.events.recorded == []
    assert told.metrics.of(Metric.EVENTS_LOST) == [(1, {})]


def test_a_bus_that_fails_changes_nothing(told) -> None:
    def fail(*_):
        raise RuntimeError("no bus")

    told.events.put = fail
    scheduled = told.stepfunctions.schedule(told.arn)
    told.dispatch()
    report(told, ended(told, scheduled, DONE))
    record = told.record_of(scheduled)
    assert (record.is_closed, record.outcome) == (True, "succeeded")
    assert len(told.metrics.of(Metric.EVENTS_LOST)) == 2


def test_a_task_without_a_slot_is_settled_and_closed_in_one_write_unless_it_is_told(stack) -> None:
    stack.stack_settings = replace(stack.stack_settings, event_buses=(BUS,))
    scheduled = stack.stepfunctions.schedule(stack.arn)
    stack.dispatch()
    stack.tasks.close = lambda *_: pytest.fail("a second write")
    report(stack, ended(stack, scheduled, DONE))
    assert stack.record_of(scheduled).is_closed


def test_a_job_that_the_reconciler_finds_is_told_as_started(told, now) -> None:
    task = told.task(told.stepfunctions.schedule(told.arn).token, "1")
    told.tasks.add(task, "fake")
    told.backend.start(task)
    now[0] += 200
    make_reconciler(told.runtime, threads=1, heartbeats=RateLimit(per_second=1e6)).run()
    assert [each["job_id"] for each in details(told, EventKind.STARTED)] == [f"fake-{task.task_id}"]
