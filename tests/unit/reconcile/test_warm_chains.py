"""Warm workers with a chain of backends: where their later tasks are, and where those begin."""

from dataclasses import replace

import pytest
from tests.unit.lifecycle.chains import CAPACITY, SECOND, THIRD, refuse

from activity_dispatch.domain.jobs import JobId
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Succeeded
from activity_dispatch.domain.tasks import TaskState, task_id_of
from activity_dispatch.report.reporter import make_reporter

INTERRUPTED = Failed(error=ErrorName.JOB_INTERRUPTED, cause=Cause(message="Spot"))


@pytest.fixture
def first(stack, now):
    """The id of a task whose job lingers on the second of three backends."""
    refuse(stack, 1, error=CAPACITY)
    stack.change_activity(linger_seconds=20, max_concurrent_jobs=1, fallbacks=(SECOND, THIRD))
    fake = stack.stepfunctions.schedule(stack.arn, "{}")
    stack.dispatch()
    task_id = task_id_of(fake.token)
    stack.tasks.claim(task_id, f"ecs:fake-{task_id}-2", attempt=2)
    stack.settler.settle(task_id, fake.token, Succeeded(output="1"))
    assert stack.runtime.warm_jobs.linger(task_id, now[0] + 300)
    return task_id


@pytest.fixture
def follow(stack, first):
    def take(claimant: str | None = "ecs:1"):
        fake = stack.stepfunctions.schedule(stack.arn, '{"n": 2}')
        stack.stepfunctions.get_activity_task(activityArn=stack.arn, workerName="2" * 16)
        task = replace(stack.task(fake.token, '{"n": 2}'), poll_id="2" * 16)
        stack.runtime.warm_jobs.linger(first, stack.clock() + 300, runs=task.task_id)
        stack.runtime.warm_jobs.add(task, first, claimant)
        return fake

    return take


def test_a_later_task_is_where_its_job_is(stack, reconciler, follow, first) -> None:
    record = stack.record_of(follow())
    assert (record.attempt, record.backend, record.attempts) == (2, "second", ())
    assert reconciler.run() == {"LEAVE": 2}


@pytest.mark.parametrize("by_event", [False, True])
def test_the_end_of_its_job_ends_a_later_task(stack, reconciler, follow, first, by_event: bool) -> None:
    fake = follow()
    job = JobId(stack.tasks.get(first).job_id)
    stack.backend.ends[job] = INTERRUPTED
    if by_event:
        make_reporter(stack.runtime).handle({"diagnosis": stack.backend.describe([job])[job]})
    else:
        reconciler.run()
    assert fake.answer["error"] == ErrorName.JOB_INTERRUPTED
    assert stack.tasks.overview().tasks == ()
    assert not stack.slot_store.records()[0].holders


def test_a_task_that_was_given_back_begins_at_the_first_backend(stack, reconciler, follow, first) -> None:
    task_id = task_id_of(follow(claimant=None).token)
    assert stack.tasks.get(task_id).attempt == 1
    job = JobId(stack.tasks.get(first).job_id)
    stack.backend.ends[job] = Succeeded(output="{}")
    make_reporter(stack.runtime).handle({"diagnosis": stack.backend.describe([job])[job]})
    stack.backend.before_start = lambda _: None
    reconciler.run()
    record = stack.tasks.get(task_id)
    assert (record.state, record.attempt, record.backend) == (TaskState.STARTED, 1, "fake")
    assert (record.job_id, record.job_of) == (f"fake-{task_id}", None)
