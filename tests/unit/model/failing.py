"""Rules that make jobs, and let a certain call of each role fail."""

from collections.abc import Mapping

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition
from tests.unit.model.compute import Kind, ModelJob
from tests.unit.model.counts import counted, happening
from tests.unit.model.drawn import INPUTS, MAX_TASKS, SOME_FAULTS, numbers, pick
from tests.unit.model.model import Model
from tests.unit.model.processes import Process
from tests.unit.model.time_passes import queued

from activity_dispatch.domain.jobs import JobState
from activity_dispatch.domain.tasks import task_id_of
from activity_dispatch.testing import Fault

FAULTS = st.sampled_from(SOME_FAULTS)
STARTING = ["run_job", "run_job", "list_jobs", "take", "unpark", "get_activity_task", "add", "park"]
STARTING += ["write_pool", "advance"]
REPORTING = ["stop_job", "stop_job", "describe_jobs", "get_log_events", "record_settled", "give_back"]
REPORTING += ["write_pool", "send_message_batch"]
RECONCILING = ["stop_job", "run_job", "describe_jobs", "record_restart", "record_settled", "record_started"]
PROCESSING = ["claim", "claim", "send_task_success", "send_task_heartbeat", "record_settled"]
ANY = ["send_task_failure", "send_task_heartbeat", "get"]


def calls(names: list[str]) -> st.SearchStrategy[str]:
    """Return what draws a role's call."""
    return st.sampled_from([*names, *ANY])


class Failing(RuleBasedStateMachine):
    """Most of what may happen needs jobs, and most faults need a certain moment: these rules make both."""

    model: Model

    @happening(task=INPUTS, is_callback=st.booleans(), is_run=st.booleans())
    def start(self, task: Mapping[str, bool], is_callback: bool, is_run: bool) -> None:
        """Most of what may happen needs jobs: make one, without faults."""
        if len(self.model.executions.tasks) < MAX_TASKS:
            self.schedule_one(task, is_callback=is_callback)
            self.model.dispatch(self.model.messages[-1]).finish()
            self.model.settle()
        for job in queued(self.model) if is_run else ():
            self.model.run_job(job)

    @happening(task=INPUTS, is_callback=st.booleans(), call=calls(STARTING), fault=FAULTS)
    def start_failing(self, task: Mapping[str, bool], is_callback: bool, call: str, fault: Fault) -> None:
        if len(self.model.executions.tasks) < MAX_TASKS:
            self.schedule_one(task, is_callback=is_callback)
            self.fail(self.model.dispatch(self.model.messages[-1]), call, fault)

    @precondition(lambda self: self.model.events)
    @happening(number=numbers, call=calls(REPORTING), fault=FAULTS)
    def report_failing(self, number: int, call: str, fault: Fault) -> None:
        event = pick(self.model.events, number)
        self.fail(self.model.report(event, is_kept=False), call, fault)

    @precondition(lambda self: self.running(Kind.LIST))
    @happening(number=numbers, fault=FAULTS)
    def stop_in_vain(self, number: int, fault: Fault) -> None:
        """Abort an execution; its job can't be stopped at once, and the next pass finds it at work."""
        job = pick(self.running(Kind.LIST), number)
        for task in self.model.executions.tasks:
            if task_id_of(task.token) == job.task_id and task.status == "RUNNING":
                self.model.executions.stop(task)
                self.model.settle()
                self.fail(self.model.report(self.model.events[-1], is_kept=False), "stop_job", fault)
                self.model.reconcile().finish()
                self.model.settle()

    @happening(call=calls(RECONCILING), fault=FAULTS)
    def reconcile_failing(self, call: str, fault: Fault) -> None:
        self.fail(self.model.reconcile(), call, fault)

    @precondition(lambda self: self.running(Kind.FUNCTION))
    @happening(number=numbers, call=calls(PROCESSING), fault=FAULTS)
    def deliver_failing(self, number: int, call: str, fault: Fault) -> None:
        self.model.deliver(pick(self.running(Kind.FUNCTION), number))
        if self.model.processes:
            self.fail(self.model.processes[-1], call, fault)

    def schedule_one(self, task: Mapping[str, bool], *, is_callback: bool) -> None:
        if is_callback:
            self.model.executions.hand_over(is_sent_twice=False, **task)
        else:
            self.model.executions.schedule(**task)

    def fail(self, process: Process, call: str, fault: Fault) -> None:
        """Let the process run, and fail at its next call of this name."""
        while not process.is_done and process.pending != call:
            process.step()
        if not process.is_done:
            counted[f"failed at {call}"] += 1
            twice = fault.duplicate and self.model.compute.is_made_once(call)
            process.step(None if twice else fault)
        if not process.is_done:
            process.finish()
        self.model.settle()

    def running(self, kind: Kind) -> list[ModelJob]:
        jobs = self.model.compute.jobs.values()
        return [job for job in jobs if job.kind is kind and job.state is JobState.RUNNING]
