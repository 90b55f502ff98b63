"""What must hold at any time, and what is still open."""

import json
import logging
from collections import Counter

from tests.unit.model.compute import Kind, ModelJob
from tests.unit.model.executions import FOREIGN, input_of, state_of
from tests.unit.model.model import Model
from tests.unit.model.served import TARGET

from activity_dispatch.domain.jobs import JobState
from activity_dispatch.domain.outcomes import ErrorName
from activity_dispatch.domain.tasks import OutcomeName, TaskState, task_id_of
from activity_dispatch.reconcile.steps import MAX_RESTARTS
from activity_dispatch.testing.executions import FakeTask
from activity_dispatch.testing.stack import ARN
from activity_dispatch.worker import calling


def check(model: Model) -> None:
    """Assert what must hold at any time."""
    _check_nothing_runs_twice(model)
    assert task_id_of(FOREIGN) not in model.tasks.records, "Step Functions did not allow to ask for it"
    if model.limit is not None:
        for arn in (ARN, TARGET):
            assert len(model.store.holders.get(arn, ())) <= model.limit
            assert len(_in_slots(model, arn)) <= model.limit, "more jobs than slots"
    if model.pool is not None:
        _check_pool(model, model.pool)
    for task in model.executions.tasks:
        _check_record(model, task)
        _check_error(model, task)
        _check_result(model, task)


def _check_nothing_runs_twice(model: Model) -> None:
    begun = Counter[tuple[str, int]]()
    for job in model.compute.jobs.values():
        begun[job.task_id, job.attempt] += model.roles.begun.get(job.id, 0)
    twice = [attempt for attempt, times in begun.items() if times > 1]
    assert not twice, f"processed twice: {twice}"
    _check_followed(model, begun)
    _check_attempts(model, begun)
    under_way = [job.task_id for job in model.compute.under_way() if job.kind is not Kind.FUNCTION]
    assert len(under_way) == len(set(under_way)), f"two jobs of a task: {under_way}"
    at_work = Counter(
        state_of(task)
        for task in model.executions.tasks
        # What Step Functions itself gave up on may go on until the stack notices.
        if not (task.timed_out or task.aborted)
        and (any(is_at_work(model, job) for job in jobs_of(model, task)) or doing(model, task))
    )
    assert not at_work or max(at_work.values()) == 1, f"a retry runs beside its predecessor: {at_work}"


def _check_followed(model: Model, begun: Counter[tuple[str, int]]) -> None:
    """Assert that what a warm worker has begun is nobody else's, and was not begun by a job of its own."""
    for task_id, jobs in model.roles.followed.items():
        own = sum(times for (of_task, _), times in begun.items() if of_task == task_id)
        assert len(jobs) + own == 1, f"{task_id} was begun by {jobs}, and {own} times by jobs of its own"


def _check_attempts(model: Model, begun: Counter[tuple[str, int]]) -> None:
    """Assert that a task moves on only when its last attempt has ended, and why it may."""
    for record in model.tasks.records.values():
        if record.job_of is not None:
            # It has no attempts of its own: it is where its job is.
            continue
        assert len(record.attempts) == record.attempt - 1
        for number, attempt in enumerate(record.attempts, 1):
            if attempt.error == ErrorName.DISPATCH_CAPACITY_UNAVAILABLE:
                assert not begun[record.task_id, number], "it had no capacity, but it ran"
            if attempt.error == ErrorName.JOB_INTERRUPTED:
                assert model.fallbacks[number - 1].after_interruption
        jobs = [job for job in model.compute.jobs.values() if job.task_id == record.task_id]
        late = [job.id for job in jobs if job.attempt < record.attempt and job.state is not JobState.ENDED]
        assert not late, f"at attempt {record.attempt}, but jobs of earlier ones are under way: {late}"


def _check_pool(model: Model, size: int) -> None:
    """Assert that no more slots are held than there are, and that each job that runs holds its own."""
    held = model.stack.pool_store.read_pool("shared").held.values()
    assert sum(share.weight for share in held) <= size, "more is held than the pool has"
    running = len(_in_slots(model, ARN)) + min(2, size) * len(_in_slots(model, TARGET))
    assert running <= size, "more jobs than the pool has slots"


def jobs_of(model: Model, task: FakeTask) -> list[ModelJob]:
    """Return a task's jobs."""
    task_id = task_id_of(task.token)
    return [job for job in model.compute.jobs.values() if job.task_id == task_id]


def doing(model: Model, task: FakeTask) -> list[ModelJob]:
    """Return the warm workers' jobs that do the task now, beside their own."""
    task_id = task_id_of(task.token)
    found = [model.compute.jobs[job] for job, follows in model.roles.follows.items() if follows == task_id]
    return [job for job in found if job.state is not JobState.ENDED]


def is_at_work(model: Model, job: ModelJob) -> bool:
    """Return whether the job does the user's work now."""
    return job.id in model.roles.begun and job.state is not JobState.ENDED


def _runs_now(model: Model, job: ModelJob) -> bool:
    """Return whether the user's work runs now, for a function in one of the job's deliveries.

    One that was killed has its failure recorded under the request id that the others have too.
    """
    if job.kind is not Kind.FUNCTION:
        return is_at_work(model, job)
    runs = any(process.works_for == job.id for process in model.processes if not process.is_done)
    return runs and not job.was_killed


def _in_slots(model: Model, arn: str) -> set[str]:
    """Return the tasks with a job; an invocation that waits costs nothing and may find its task gone."""
    jobs = model.compute.under_way()
    found = {job.task_id for job in jobs if job.id in model.roles.begun or job.kind is not Kind.FUNCTION}
    return {task_id for task_id in found if model.tasks.records[task_id].activity_arn == arn}


def _check_record(model: Model, task: FakeTask) -> None:
    """Assert that the table agrees with Step Functions."""
    record = model.tasks.get(task_id_of(task.token))
    if record is None:
        return
    assert record.restarts <= MAX_RESTARTS
    if record.state is not TaskState.SETTLED:
        assert json.loads(record.input or "") == input_of(task), "its program does not see its input"
        assert record.execution_arn in (None, task.execution_arn)
        return
    assert record.token is None
    assert record.input is None
    assert task.status != "RUNNING", "settled, but its execution waits"
    if record.outcome is not OutcomeName.CANCELLED:
        wanted = "SUCCEEDED" if record.outcome is OutcomeName.SUCCEEDED else "FAILED"
        assert (task.status, task.answer is not None) == (wanted, True)


def _check_error(model: Model, task: FakeTask) -> None:
    """Assert that an error that says that no job ran is true."""
    error = (task.answer or {}).get("error", "")
    if error in (ErrorName.JOB_FAILED, ErrorName.JOB_INTERRUPTED):
        works = [job.id for job in jobs_of(model, task) if _runs_now(model, job)] + doing(model, task)
        assert not works, f"{error}, but it works: {works}"
    if error.startswith("Dispatch."):
        record = model.tasks.get(task_id_of(task.token))
        last = [job for job in jobs_of(model, task) if record is None or job.attempt == record.attempt]
        ran = [job.id for job in last if job.id in model.roles.begun]
        ran += model.roles.followed.get(task_id_of(task.token), [])
        assert not ran, f"{error}, but it ran: {ran}"
        if error != ErrorName.DISPATCH_QUEUE_TIMEOUT:
            there = [job.id for job in last if job.state is not JobState.ENDED]
            assert not there, f"{error}, but there is a job: {there}"


def _check_result(model: Model, task: FakeTask) -> None:
    """Assert that a plain job's result is its last line, and that of a warm worker's task its program's."""
    output = (task.answer or {}).get("output")
    if task_id_of(task.token) in model.roles.followed:
        assert output in (None, "1"), f"{output} is what its job said at its end"
    printed = [job.result for job in jobs_of(model, task) if job.is_plain]
    assert output is None or not printed or output in printed, f"{output} is not the result: {printed}"


def open_things(model: Model) -> list[str]:
    """Return what is still open."""
    pools = model.stack.pool_store.pools.values()
    waiting = {
        "running executions": [task.token for task in model.executions.tasks if task.status == "RUNNING"],
        "open tasks": [r.task_id for r in model.tasks.records.values() if not r.is_closed],
        "unsettled tasks": [
            r.task_id for r in model.tasks.records.values() if r.state is not TaskState.SETTLED
        ],
        "jobs": [job.id for job in model.compute.under_way()],
        "slots": sorted(holder for holders in model.store.holders.values() for holder in holders),
        "pool": [f"{pool.used} used, {pool.waiting} wait" for pool in pools if pool.used or pool.waiting],
        "waiting requests": [count for count in model.store.waiting.values() if count],
    }
    return [f"{name}: {things}" for name, things in waiting.items() if things]


class UnexpectedErrors(logging.Handler):
    """Keeps unexpected errors, which the code logs with a traceback.

    A user's function is excepted: its errors are logged in the same way. So is the error that a poisoned
    input raises.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.exc_info or record.name == calling.LOG.name:
            return
        if not isinstance(record.exc_info[1], ZeroDivisionError):
            self.seen.append(logging.Formatter().format(record))
