"""Rules for chains of backends: what a service has no room for, or takes back."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition
from tests.unit.model.compute import SERVICES, Kind, ModelJob
from tests.unit.model.counts import counted, happening
from tests.unit.model.drawn import numbers, pick
from tests.unit.model.model import Model

from activity_dispatch.domain.jobs import JobState
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed


def fail_job(model: Model, job: ModelJob, error: ErrorName) -> None:
    """A service ends a job: it finds no capacity for it, or takes its capacity away."""
    model.lose_worker(job)
    job.state, job.ended_at = JobState.ENDED, model.now[0]
    job.outcome = Failed(error=error, cause=Cause(message="ended", backend="model", job_id=job.id))
    model.log_end(job)
    model.emit(job)


class Chained(RuleBasedStateMachine):
    """Capacity comes and goes."""

    model: Model

    @happening(service=st.sampled_from(SERVICES))
    def fill(self, service: str) -> None:
        # For one start: a service that stays full would leave few jobs for the other rules.
        self.model.compute.full.add(service)

    @precondition(lambda self: self.in_containers(JobState.QUEUED))
    @happening(number=numbers)
    def find_no_capacity(self, number: int) -> None:
        job = pick(self.in_containers(JobState.QUEUED), number)
        # One that was queued again has run before.
        record = self.model.tasks.records.get(job.task_id)
        has_run = record is not None and record.claimed_by is not None
        error = ErrorName.JOB_INTERRUPTED if has_run else ErrorName.DISPATCH_CAPACITY_UNAVAILABLE
        fail_job(self.model, job, error)
        self.model.settle()

    @precondition(lambda self: self.in_containers(JobState.RUNNING))
    @happening(number=numbers)
    def reclaim(self, number: int) -> None:
        fail_job(self.model, pick(self.in_containers(JobState.RUNNING), number), ErrorName.JOB_INTERRUPTED)
        self.model.settle()
        moved = [record for record in self.model.tasks.records.values() if record.attempt > 1]
        counted["moved"] += len(moved)

    def in_containers(self, state: JobState) -> list[ModelJob]:
        jobs = self.model.compute.jobs.values()
        return [job for job in jobs if job.kind is not Kind.FUNCTION and job.state is state]
