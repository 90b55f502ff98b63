"""Composes the reconciler from the runtime's parts."""

from collections.abc import Callable

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.reconcile.chores import Chores
from activity_dispatch.reconcile.given_back import GivenBack
from activity_dispatch.reconcile.next_step import Patience
from activity_dispatch.reconcile.progress_told import ProgressTold
from activity_dispatch.reconcile.reconciler import Reconciler
from activity_dispatch.reconcile.steps import TaskSteps
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.runtime.endings import RECONCILER_PATIENCE, make_canceller, make_concluder


def describing_pace() -> RateLimit:
    """Return a pace of describing calls to one service, each of up to 100 jobs.

    ECS allows reads of a cluster's tasks 20 times a second, after a burst of more; Batch and SageMaker do
    not say what they allow.
    Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
    """
    return RateLimit(per_second=20.0, burst=50)


def make_reconciler(
    runtime: Runtime,
    *,
    threads: int,
    heartbeats: RateLimit,
    describing: Callable[[], RateLimit] = describing_pace,
) -> Reconciler:
    """Compose the reconciler; `heartbeats` keeps it below Step Functions' rate limit.

    It uses twice as many `threads`, unless there is one.
    """
    patience = Patience()
    return Reconciler(
        tasks=runtime.tasks,
        cursors=runtime.cursors,
        chores=Chores(
            slots=runtime.slots,
            pools=runtime.pools,
            rates=runtime.rate_store,
            turns=runtime.turn_store,
            metrics=runtime.metrics,
            missed_task_poll_seconds=runtime.settings.missed_task_poll_seconds,
            poll_seconds=patience.start,
        ),
        activities=runtime.activities,
        steps=_make_steps(runtime, heartbeats),
        backend_of=runtime.backend_of,
        describing=describing,
        patience=patience,
        threads=threads,
        clock=runtime.clock,
        metrics=runtime.metrics,
    )


def _make_steps(runtime: Runtime, heartbeats: RateLimit) -> TaskSteps:
    return TaskSteps(
        tasks=runtime.tasks,
        given_back=GivenBack(
            warm_jobs=runtime.warm_jobs,
            slots=runtime.settler.slots.store,
            pools=runtime.pools,
            starter=runtime.starter,
        ),
        answers=runtime.answers,
        settler=runtime.settler,
        starter=runtime.starter,
        concluder=make_concluder(runtime, RECONCILER_PATIENCE),
        canceller=make_canceller(runtime),
        chain=runtime.chain,
        rate=heartbeats,
        clock=runtime.clock,
        announcements=runtime.announcements,
        progress_told=ProgressTold(tasks=runtime.tasks, announcements=runtime.announcements),
    )
