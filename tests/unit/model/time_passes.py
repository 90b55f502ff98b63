"""How the model goes on by itself: what can be done now, and minutes with the reconciler's passes."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from tests.unit.model.applies import serve_again
from tests.unit.model.compute import Kind, ModelJob
from tests.unit.model.counts import counted
from tests.unit.model.drawn import MAX_TASKS
from tests.unit.model.invariants import check, is_at_work, jobs_of, open_things
from tests.unit.model.model import Model
from tests.unit.model.served import TARGET
from tests.unit.model.waiting import may_wait

from activity_dispatch.domain.jobs import JobState
from activity_dispatch.domain.tasks import TaskRecord, TaskState, task_id_of
from activity_dispatch.testing import Fault
from activity_dispatch.testing.executions import FakeTask
from activity_dispatch.testing.stack import ARN

# The last passes may have to wait for a function's longest run, for a poll for missed tasks, and, one after
# another, for tasks whose starts get no answer.
MAX_PASSES = 200
# Any two passes in a row may fail, and an orphan is stopped within three minutes.
PASSES_THAT_MAY_FAIL = 2
ORPHAN_SECONDS = 180.0
# The reconciler asks for tasks that have waited for a minute; a dispatcher's request may just have been lost.
PASSES_UNTIL_STARTED = 5


class Fate(StrEnum):
    """What becomes of a pass of the reconciler."""

    MADE = "made"
    LATE = "late"  # begins four seconds late
    EARLY = "early"
    MISSED = "missed"
    SLOW = "slow"  # its time is up before it has asked about all tasks
    UNDESCRIBED = "undescribed"  # the services describe no job


# A pass that takes this long for each task is over after three of them.
SLOW_SECONDS = 16.0
SECONDS = {Fate.LATE: 64.0, Fate.EARLY: 56.0}


def queued(model: Model) -> list[ModelJob]:
    """Return the jobs that wait for their turn."""
    return [job for job in model.compute.jobs.values() if job.state is JobState.QUEUED]


def plain(model: Model) -> list[ModelJob]:
    """Return the running jobs without a worker."""
    jobs = model.compute.jobs.values()
    return [job for job in jobs if job.is_plain and job.state is JobState.RUNNING]


def is_waited_for(model: Model, job: ModelJob) -> bool:
    """A job whose execution has ended must be stopped by the stack."""
    tasks = model.executions.tasks
    return any(task.status == "RUNNING" and task_id_of(task.token) == job.task_id for task in tasks)


def come_to_rest(model: Model) -> int:
    """Without faults, everything ends within a few passes; return how many."""
    serve_again(model)
    redriven = redriven_now(model)
    # How often in a row: the pool's room may become free at the last moment.
    passed: Mapping[str, int] = {}
    for passes in range(MAX_PASSES):
        catch_up(model)
        assert not (left := left_redriven(model, redriven)), f"redriven and left: {left}"
        passed = {task_id: passed.get(task_id, 0) + 1 for task_id in passed_over(model)}
        assert max(passed.values(), default=0) <= PASSES_UNTIL_STARTED, f"passed over: {passed}"
        if not open_things(model):
            return passes
        pass_that_adopts(model)
        model.advance(60.0)
    raise AssertionError(f"after {MAX_PASSES} passes: {open_things(model)}")


def given_back(model: Model) -> list[TaskRecord]:
    """Return the tasks that warm workers took and did not begin, and that have no jobs of their own yet."""
    records = model.tasks.records.values()
    return [record for record in records if record.state is TaskState.STARTING and record.job_of is not None]


def pass_that_adopts(model: Model) -> None:
    """Make a pass without faults; assert that it starts each task that was given back, if there is room."""
    before, may_wait = given_back(model), for_lack_of_slots(model)
    model.reconcile().finish()
    model.settle()
    check(model)
    left = given_back(model)
    assert len(left) <= may_wait, f"given back, and not started although there is room: {left}"
    counted["warm adopted"] += sum(model.tasks.records[each.task_id].job_of is None for each in before)


def for_lack_of_slots(model: Model) -> int:
    """Return how many of them a pass without faults may leave."""
    if model.pool is not None or model.rate is not None:
        return len(given_back(model))
    if model.limit is None:
        return 0
    room = model.limit - len(model.store.holders.get(ARN, ()))
    return max(len(given_back(model)) - room, 0)


def passed_over(model: Model) -> list[str]:
    """Return the callback tasks that wait although a job of them could start."""
    limited = model.limit is not None and len(model.store.holders.get(TARGET, ())) >= model.limit
    if limited or may_wait(model, TARGET):
        return []
    return [record.task_id for record in model.tasks.records.values() if record.state is TaskState.WAITING]


def left_redriven(model: Model, redriven: Sequence[FakeTask]) -> list[str]:
    """Return which of these tasks nobody has taken, although a job of them could start."""
    # With a limit, what holds the slot may be a poll that was lost.
    if model.limit is not None or may_wait(model, ARN):
        return []
    return [task.token for task in redriven if is_left(task)]


def redriven_now(model: Model) -> list[FakeTask]:
    """Return the redriven tasks that nobody has been told of."""
    told = [event.content.get("detail", {}) for event in model.events]
    arns = [detail["executionArn"] for detail in told if detail.get("status") == "RUNNING"]
    return [task for task in model.executions.tasks if task.execution_arn in arns and is_left(task)]


def is_left(task: FakeTask) -> bool:
    """Return whether nobody has taken the task."""
    return task.status == "RUNNING" and task.worker_name is None and task.activity_arn != ""


def catch_up(model: Model, *, with_jobs: bool = True) -> None:
    """Let every process do what can be done now; `with_jobs`: jobs too."""
    for _ in range(1_000):
        if model.processes:
            model.processes[0].finish()
            model.settle()
        elif model.events:
            model.report(model.events[0], is_kept=False)
        elif model.messages:
            model.dispatch(model.messages[0])
        elif with_jobs and queued(model):
            model.run_job(queued(model)[0])
        elif with_jobs and (wanted := [job for job in plain(model) if is_waited_for(model, job)]):
            model.end_job(wanted[0], 0)
        else:
            return
        check(model)
    raise AssertionError("the model never comes to rest")


def let_minutes_pass(model: Model, fates: Sequence[Fate]) -> None:
    """Make one good pass, and then those with these fates; assert that no waiting job lost its execution."""
    catch_up(model, with_jobs=False)
    one_pass(model, Fate.MADE)
    watched = [
        task for task in model.executions.tasks if task.status == "RUNNING" and is_kept_alive(model, task)
    ]
    missed, spent = 0, 0.0
    for fate in fates:
        missed = missed + 1 if fate is Fate.MISSED else 0
        spent = one_pass(model, Fate.MADE if missed > PASSES_THAT_MAY_FAIL else fate, spent)
        missed = 0 if missed > PASSES_THAT_MAY_FAIL else missed
    now = model.now[0]
    lost = [task.token for task in watched if task.timed_out and now < task.started_at + task.timeout_seconds]
    assert not lost, f"heartbeats stopped while jobs waited or ran: {lost}"
    if not model.processes and not {Fate.MISSED, Fate.UNDESCRIBED, Fate.SLOW} & {*fates[-3:]}:
        check_orphans(model)


def one_pass(model: Model, fate: Fate, spent: float = 0.0) -> float:
    """When a minute has passed since the last pass began, make the next one; return how long it took.

    The last one `spent` so much of that minute.
    """
    model.advance(SECONDS.get(fate, 60.0) - spent)
    began = model.now[0]
    if fate is Fate.MISSED:
        return 0.0
    fault = Fault(fail="AccessDeniedException") if fate is Fate.UNDESCRIBED else None
    is_slow = (
        fate is Fate.SLOW and sum(r.token is not None for r in model.tasks.records.values()) <= MAX_TASKS
    )
    reconciler = model.reconcile()
    while not reconciler.is_done:
        if is_slow and reconciler.pending == "send_task_heartbeat":
            model.advance(SLOW_SECONDS)
        if not reconciler.is_done:
            reconciler.step(fault if reconciler.pending == "describe_jobs" else None)
    model.settle()
    check(model)
    return model.now[0] - began


def is_kept_alive(model: Model, task: FakeTask) -> bool:
    """Return whether the stack's own heartbeats have to keep the task alive: no worker does."""
    if task_id_of(task.token) in [record.task_id for record in given_back(model)]:
        return True
    jobs = [job for job in jobs_of(model, task) if job.state is not JobState.ENDED]
    return any(job.is_plain or job.state is JobState.QUEUED for job in jobs)


def check_orphans(model: Model) -> None:
    """Assert that nobody's jobs were stopped in time."""
    late = model.now[0] - ORPHAN_SECONDS
    for task in model.executions.tasks:
        if task.status != "RUNNING" and task.ended_at < late:
            for job in jobs_of(model, task):
                is_left = job.is_plain and job.kind is not Kind.FUNCTION and is_at_work(model, job)
                assert not is_left, f"nobody waits for {job.id} since {task.ended_at}"
