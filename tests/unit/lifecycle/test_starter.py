"""Which starts are recorded."""

from activity_dispatch.dispatch.dispatcher import Result
from activity_dispatch.domain.tasks import TaskState
from activity_dispatch.testing.backend import FakeBackend


def undescribed() -> FakeBackend:
    """Return a backend that, like Lambda's, cannot describe jobs."""
    return FakeBackend(describes_jobs=False, max_job_seconds=900)


def test_a_start_is_not_recorded_when_the_jobs_claim_will_record_it(stack) -> None:
    stack.backend = undescribed()
    scheduled = stack.stepfunctions.schedule(stack.arn)
    assert stack.dispatch() is Result.STARTED
    record = stack.record_of(scheduled)
    assert (record.state, record.job_id) == (TaskState.STARTING, None)


def test_a_repeated_start_is_recorded(stack) -> None:
    backend = undescribed()
    task = stack.task("token", "null")
    stack.tasks.add(task, "fake")
    stack.dispatcher.starter.start(stack.activity, backend, task, is_retry=True)
    assert stack.tasks.get(task.task_id).state is TaskState.STARTED
