"""An activity with a chain of three backends, and what its tests do to it."""

import json

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.backends.base import StartRefused
from activity_dispatch.domain.chains import Link
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed
from activity_dispatch.domain.tasks import task_id_of
from activity_dispatch.reconcile.assembly import make_reconciler
from activity_dispatch.report.reporter import Report, make_reporter

SECOND = Link(backend="second", config={}, max_queue_seconds=300)
THIRD = Link(backend="third", config={}, after_interruption=True)
CAPACITY = ErrorName.DISPATCH_CAPACITY_UNAVAILABLE


def refuse(stack, *attempts: int, error=CAPACITY, may_run=False) -> None:
    def before_start(task) -> None:
        if task.attempt in attempts:
            raise StartRefused(error, f"no room at {task.attempt}", may_run=may_run)

    stack.backend.before_start = before_start


def end(stack, scheduled, attempt: int, outcome) -> Report:
    """Report that the job of an attempt has ended."""
    task_id = task_id_of(scheduled.token)
    job = JobId(f"fake-{task_id}" if attempt == 1 else f"fake-{task_id}-{attempt}")
    stack.backend.ends[job] = outcome
    diagnosis = Diagnosis(task_id=task_id, job_id=job, state=JobState.ENDED, outcome=outcome, attempt=attempt)
    return make_reporter(stack.runtime).handle({"diagnosis": diagnosis})


def failed(error: str, message: str = "why") -> Failed:
    return Failed(error=error, cause=Cause(message=message, backend="fake"))


def asked_for(stack) -> list[str]:
    """Return the requests that name tasks, and forget them."""
    bodies = [body for body in stack.sqs.bodies if "task_id" in json.loads(body)]
    stack.sqs.bodies.clear()
    return bodies


def reconcile(stack):
    return make_reconciler(stack.runtime, threads=1, heartbeats=RateLimit(per_second=1e9)).run()


def jobs(stack) -> list[int]:
    return [task.attempt for task in stack.backend.started.values()]
