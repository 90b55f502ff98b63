"""Rules for workers that linger: they take further tasks, are warned, and are killed."""

from collections.abc import Mapping

from hypothesis import strategies as st
from hypothesis.stateful import precondition
from tests.unit.model.compute import ModelJob
from tests.unit.model.counts import counted, happening
from tests.unit.model.drawn import INPUTS, MAX_TASKS, SOME_FAULTS, numbers, pick
from tests.unit.model.failing import Failing
from tests.unit.model.model import Model
from tests.unit.model.processes import Process
from tests.unit.model.time_passes import given_back

from activity_dispatch.domain.jobs import JobState
from activity_dispatch.domain.tasks import TaskState
from activity_dispatch.testing import Fault
from activity_dispatch.worker.stop_reason import StopReason

CALLS = [
    "get_activity_task",
    "linger",
    "add",
    "add",
    "activity",
    "get",
    "send_task_success",
    "record_settled",
]


MOSTLY = st.sampled_from([True, True, False])
# So that late in a run there is still something to take.
MORE_TASKS = 3
ENDED = Process("ended", lambda _: None, lambda: 0.0, 0.0)
is_warm = precondition(lambda self: self.model.activity.linger_seconds is not None)


def lingering(model: Model) -> list[ModelJob]:
    """Return the jobs whose own task is settled, and whose workers run on."""
    return [
        job
        for job in model.compute.jobs.values()
        if job.state is JobState.RUNNING
        and model.roles.may_linger(job)
        and (worker := model.workers.get(job.id)) is not None
        and not worker.is_done
        and model.tasks.records[job.task_id].state is TaskState.SETTLED
    ]


def run_to(process: Process, *calls: str) -> None:
    """Let the process run until it is about to make one of these calls."""
    while not process.is_done and process.pending not in calls:
        process.step()


class Warm(Failing):
    """Their jobs go on after the tasks that they were started for."""

    model: Model

    @is_warm
    @happening(number=numbers, task=INPUTS, follows=st.integers(0, 2))
    def linger(self, number: int, task: Mapping[str, bool], follows: int) -> None:
        worker = self.worker(number)
        for _ in range(follows):
            self.add_task(task)
            self.follow_one(worker)

    @is_warm
    @happening(number=numbers)
    def follow(self, number: int) -> None:
        self.follow_one(self.worker(number))

    @is_warm
    @happening(number=numbers, call=st.sampled_from(CALLS), fault=st.sampled_from(SOME_FAULTS))
    def follow_failing(self, number: int, call: str, fault: Fault) -> None:
        worker = self.worker(number)
        self.add_task({})
        run_to(worker, call)
        if not worker.is_done:
            counted[f"worker failed at {call}"] += 1
            is_once = fault.duplicate and self.model.compute.is_made_once(call)
            worker.step(None if is_once else fault)
        run_to(worker, "go_on", "get_activity_task")
        self.model.settle()

    @is_warm
    @happening(number=numbers, task=INPUTS, is_polling=MOSTLY, calls=st.sampled_from([2, 9, 9]))
    def warn(self, number: int, task: Mapping[str, bool], is_polling: bool, calls: int) -> None:
        """The container gets SIGTERM; what its poll has taken by then is given back."""
        worker = self.worker(number)
        if is_polling:
            run_to(worker, "get_activity_task")
            self.add_task(task)
        for job in lingering(self.model):
            if self.model.workers[job.id] is worker:
                self.model.roles.stoppers[job.id].stop(StopReason.INTERRUPTED)
        for _ in range(calls):
            if not worker.is_done:
                worker.step()
        self.model.settle()
        counted["warm given back"] += len(given_back(self.model))

    @precondition(lambda self: bool(given_back(self.model)))
    @happening(task=INPUTS)
    def adopt(self, task: Mapping[str, bool]) -> None:
        """A pass finds what was given back, after another task may have taken the slot."""
        self.start(task=task, is_callback=False, is_run=False)
        before = given_back(self.model)
        self.model.reconcile().finish()
        self.model.settle()
        records = self.model.tasks.records
        counted["warm adopted"] += sum(records[each.task_id].job_of is None for each in before)

    @precondition(lambda self: bool(lingering(self.model)))
    @happening(number=numbers)
    def kill_lingering(self, number: int) -> None:
        job = pick(lingering(self.model), number)
        self.model.lose_worker(job)
        self.model.end_job(job, 137)
        self.model.settle()

    def worker(self, number: int) -> Process:
        """Return a worker that lingers, perhaps a new one; one that has ended if none can be made."""
        if not lingering(self.model):
            self.start(task={}, is_callback=False, is_run=True)
            for job in self.model.compute.under_way():
                if job.state is JobState.RUNNING and self.model.roles.may_linger(job):
                    run_to(self.model.workers[job.id], "get_activity_task")
            self.model.settle()
        found = lingering(self.model)
        return self.model.workers[pick(found, number).id] if found else ENDED

    def add_task(self, task: Mapping[str, bool]) -> None:
        """An execution reaches its activity, and its request is late: only a worker may take its task."""
        if len(self.model.executions.tasks) < MAX_TASKS + MORE_TASKS:
            self.model.executions.schedule(is_requested=False, **task)

    def follow_one(self, worker: Process) -> None:
        """Let the worker do its task, and ask for the next."""
        run_to(worker, "get_activity_task")
        if not worker.is_done:
            worker.step()
        run_to(worker, "go_on", "get_activity_task")
        self.model.settle()
