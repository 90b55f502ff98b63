"""Jobs that can't be described: their tasks get heartbeats, and nobody else's are affected."""

from dataclasses import replace

import pytest
from botocore.exceptions import ParamValidationError

from activity_dispatch.backends.base import InvalidBackendConfig
from activity_dispatch.domain.activities import InvalidActivity
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed
from activity_dispatch.observe.metrics import Metric
from activity_dispatch.testing.stepfunctions import client_error

INVALID = client_error("InvalidParameterException", "DescribeTasks")
DENIED = client_error("AccessDeniedException", "DescribeJobs")
THROTTLED = client_error("ThrottlingException", "DescribeJobs")
MALFORMED = ParamValidationError(report="jobs[3]: invalid")
ENDED = Failed(error=ErrorName.JOB_FAILED, cause=Cause(message="exit code 3"))


@pytest.fixture
def tasks(stack, now):
    """Return 100 tasks; the jobs of those with an even number have ended."""
    tasks = [stack.stepfunctions.schedule(stack.arn) for _ in range(100)]
    for _ in tasks:
        stack.dispatch()
    for task in tasks[::2]:
        stack.backend.ends[stack.record_of(task).job_id] = ENDED
    return tasks


@pytest.fixture
def calls(stack, monkeypatch):
    """Refuse to describe chunks with one of the `bad` jobs; return how many calls there were."""

    def refuse(error: Exception, bad: set[str]) -> list[int]:
        made, describe = [], stack.backend.describe

        def describe_or_refuse(jobs):
            made.append(len(jobs))
            if bad & set(jobs):
                raise error
            return describe(jobs)

        monkeypatch.setattr(stack.backend, "describe", describe_or_refuse)
        return made

    return refuse


@pytest.mark.parametrize("error", [INVALID, DENIED, MALFORMED, KeyError("jobName")])
def test_only_the_bad_jobs_of_a_chunk_are_not_described(stack, reconciler, tasks, calls, error) -> None:
    bad = {stack.record_of(task).job_id for task in tasks[:3]}
    made = calls(error, bad)
    # Two of the three bad jobs have ended, which nobody sees.
    assert reconciler.run() == {"SETTLE": 48, "BEAT": 52}
    assert [task.heartbeats for task in tasks[:3]] == [1, 1, 1]
    assert stack.metrics.of(Metric.JOBS_NOT_DESCRIBED) == [(3, {})]
    assert len(made) < 50


@pytest.mark.parametrize("error", [INVALID, DENIED, THROTTLED, MALFORMED, KeyError("jobName")])
def test_all_tasks_get_heartbeats_if_no_job_can_be_described(
    stack, reconciler, tasks, calls, now, error
) -> None:
    made = calls(error, {stack.record_of(task).job_id for task in tasks})
    for passes in range(1, 16):
        now[0] += 60
        assert reconciler.run() == {"BEAT": 100}
        assert [task.heartbeats for task in tasks] == [passes] * 100
    assert stack.metrics.of(Metric.JOBS_NOT_DESCRIBED)[-1] == (100, {})
    # Not many more calls than chunks: all 100 one by one would make throttling worse.
    assert len(made) <= 15 * 30


def test_a_throttled_chunk_is_described_by_one_call(stack, reconciler, tasks, calls) -> None:
    made = calls(THROTTLED, {stack.record_of(tasks[0]).job_id})
    reconciler.run()
    assert made[0] == 100
    assert made.count(100) == len(made)


def test_a_claimed_task_whose_job_can_not_be_described_gets_heartbeats(
    stack, reconciler, dispatched, calls, now
) -> None:
    record = stack.record_of(dispatched)
    stack.tasks.claim(record.task_id, "batch:1")
    calls(DENIED, {record.job_id})
    now[0] += 700
    assert reconciler.run() == {"BEAT": 1}


@pytest.mark.parametrize("error", [InvalidBackendConfig("cluster: None"), KeyError("cluster")])
def test_an_invalid_backend_leaves_heartbeats(stack, reconciler, dispatched, now, error) -> None:
    def refuse(_activity):
        raise error

    reconciler = replace(reconciler, backend_of=refuse)
    now[0] += 700
    assert reconciler.run() == {"BEAT": 1}
    assert dispatched.heartbeats == 1
    assert stack.metrics.of(Metric.JOBS_NOT_DESCRIBED) == [(1, {})]


def test_tasks_of_an_activity_that_is_gone_get_heartbeats(stack, reconciler, dispatched, now) -> None:
    del stack.tasks.activities[stack.arn]
    now[0] += 700
    assert reconciler.run() == {"BEAT": 1}
    assert dispatched.heartbeats == 1


def test_tasks_of_an_activity_that_can_not_be_read_get_heartbeats(
    stack, reconciler, dispatched, monkeypatch
) -> None:
    def refuse(_arn):
        raise InvalidActivity("config: missing")

    del stack.tasks.activities[stack.arn]
    monkeypatch.setattr(stack.tasks, "activity", refuse)
    assert reconciler.run() == {"BEAT": 1}
    assert dispatched.heartbeats == 1


def test_one_activitys_problem_does_not_affect_another(stack, reconciler, tasks, calls) -> None:
    other = stack.serve(replace(stack.activity, arn=f"{stack.arn}-other"))
    task = stack.stepfunctions.schedule(other.arn)
    stack.dispatch(activity_arn=other.arn)
    calls(DENIED, {stack.record_of(one).job_id for one in tasks})
    assert reconciler.run() == {"BEAT": 101}
    assert task.heartbeats == 1


def test_a_job_of_another_task_is_not_stopped_in_the_name_of_ones_own(stack, reconciler, tasks, now) -> None:
    forger, victim = stack.record_of(tasks[1]), stack.record_of(tasks[3])
    stack.tasks.records[forger.task_id] = replace(forger, job_id=victim.job_id)
    stack.settler.cancel(forger.task_id)
    now[0] += 601
    reconciler.run()
    assert list(stack.backend.stopped) == [forger.job_id]
    reconciler.run()
    assert stack.tasks.get(forger.task_id).is_closed
    assert not stack.tasks.get(victim.task_id).is_closed


def test_a_running_task_is_not_lost_because_its_record_names_another_job(
    stack, reconciler, tasks, now
) -> None:
    forger, victim = stack.record_of(tasks[1]), stack.record_of(tasks[0])
    stack.tasks.records[forger.task_id] = replace(forger, job_id=victim.job_id)
    now[0] += 601
    assert reconciler.run() == {"SETTLE": 50, "BEAT": 49, "LOST": 1}
    assert tasks[1].status == "RUNNING"
    assert tasks[1].heartbeats == 1
