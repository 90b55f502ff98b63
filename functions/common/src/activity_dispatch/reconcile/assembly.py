"""Composes the reconciler from the runtime's parts."""

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.reconcile.reconciler import Reconciler
from activity_dispatch.reconcile.steps import TaskSteps
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.runtime.endings import make_canceller, make_concluder


def make_reconciler(runtime: Runtime, *, threads: int, heartbeats: RateLimit) -> Reconciler:
    """Compose the reconciler; `heartbeats` keeps it below Step Functions' rate limit."""
    steps = TaskSteps(
        tasks=runtime.tasks,
        answers=runtime.answers,
        settler=runtime.settler,
        starter=runtime.starter,
        concluder=make_concluder(runtime),
        canceller=make_canceller(runtime),
        rate=heartbeats,
    )
    return Reconciler(
        tasks=runtime.tasks,
        slots=runtime.slots,
        activities=runtime.activities,
        steps=steps,
        backend_of=runtime.backend_of,
        missed_task_poll_seconds=runtime.settings.missed_task_poll_seconds,
        threads=threads,
        clock=runtime.clock,
        metrics=runtime.metrics,
    )
