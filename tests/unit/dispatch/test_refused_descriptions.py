"""An activity whose description is refused is not polled, and the tasks that it has go on."""

from dataclasses import replace

import pytest
from tests.unit.dispatch.test_poller import RecordedThreads, Time

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.dispatch.lease import Lease
from activity_dispatch.dispatch.poller import Poller
from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.activities import Activity, InvalidActivity, WakeUp
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState
from activity_dispatch.domain.outcomes import Succeeded
from activity_dispatch.observe.metrics import Metric
from activity_dispatch.reconcile.assembly import make_reconciler
from activity_dispatch.report.reporter import make_reporter
from activity_dispatch.testing import InMemoryLeases


@pytest.fixture
def refuse(stack):
    """What makes the stack refuse the activity's description, and what makes it valid again."""
    stack.runtime.activities.ttl_seconds = 0.0

    def check(activity: Activity) -> None:
        if "another's" in activity.config:
            raise InvalidActivity("config.task_definition: 'studio-other'")

    stack.tasks.check = check
    return lambda refused=True: stack.change_activity(config={"another's": 1} if refused else {})


def reconcile(stack) -> dict[str, int]:
    return dict(make_reconciler(stack.runtime, threads=1, heartbeats=RateLimit(per_second=1e6)).run())


def test_the_dispatcher_takes_no_task_and_loses_none(stack, refuse, caplog) -> None:
    refuse()
    scheduled = stack.stepfunctions.schedule(stack.arn)
    assert stack.dispatch() is Result.RETRY
    assert scheduled.worker_name is None
    assert "no task taken: InvalidActivity: config.task_definition" in caplog.text
    assert stack.metrics.of(Metric.DISPATCH_ERRORS) == [(1, {"reason": "InvalidActivity"})]
    assert stack.tasks.descriptions == {}
    refuse(refused=False)
    assert stack.dispatch() is Result.STARTED


def test_a_callbacks_message_comes_again(stack, refuse) -> None:
    target = replace(stack.activity, arn="callback:work", wake_up=WakeUp.CALLBACK, config={"another's": 1})
    stack.serve(target)
    scheduled = stack.stepfunctions.schedule(stack.arn)
    sent = {"activity_arn": None, "callback": "work", "task_token": scheduled.token, "input": "{}"}
    assert stack.dispatch(**sent) is Result.RETRY
    assert stack.tasks.records == {}
    assert scheduled.heartbeats == 0
    stack.serve(replace(target, config={}))
    stack.dispatch(**sent)
    assert len(stack.tasks.records) == 1


def test_the_poller_polls_only_for_the_others(stack, refuse) -> None:
    stack.change_activity(wake_up=WakeUp.POLL)
    other = stack.serve(replace(stack.activity, arn=stack.arn + "-other"))
    refuse()
    time = Time()
    threads = RecordedThreads(time)
    lease = Lease(store=InMemoryLeases(), name="poller", holder="1", clock=time.clock, sleep=time.sleep)
    Poller(tasks=stack.tasks, lease=lease, threads=threads, clock=time.clock).run(  # type: ignore[arg-type]
        lambda: 1_100.0 - time.now
    )
    assert threads.kept
    assert {tuple(arns) for _, arns in threads.kept} == {(other.arn,)}


def test_the_reconciler_counts_it_and_heartbeats_its_tasks(stack, refuse) -> None:
    scheduled = stack.stepfunctions.schedule(stack.arn)
    stack.dispatch()
    refuse()
    record = stack.record_of(scheduled)
    stack.clock = lambda: record.starting_at + 100.0
    assert reconcile(stack) == {"BEAT": 1}
    assert stack.metrics.of(Metric.INVALID_ITEMS) == [(1, {})]
    assert scheduled.heartbeats == 1


@pytest.mark.parametrize("is_kept", [True, False])
def test_the_end_of_a_job_settles_its_task(stack, refuse, is_kept: bool) -> None:
    scheduled = stack.stepfunctions.schedule(stack.arn)
    stack.dispatch()
    record = stack.record_of(scheduled)
    if not is_kept:
        # As 0.1.0 recorded it: without a description, its log can't be found.
        stack.tasks.records[record.task_id] = replace(record, description=None)
    stack.logs.lines["fake", record.job_id] = ['{"done": true}']
    refuse()
    ended = Diagnosis(
        task_id=record.task_id,
        job_id=JobId(record.job_id),
        state=JobState.ENDED,
        outcome=Succeeded(output='{"exit_code": 0}'),
    )
    make_reporter(stack.runtime).handle({"diagnosis": ended})
    assert scheduled.status == ("SUCCEEDED" if is_kept else "FAILED")


def test_a_job_that_nobody_waits_for_is_stopped(stack, refuse) -> None:
    scheduled = stack.stepfunctions.schedule(stack.arn)
    stack.dispatch()
    refuse()
    stack.stepfunctions.abort(scheduled)
    reconcile(stack)
    assert len(stack.backend.stopped) == 1
