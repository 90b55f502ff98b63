"""The reconciler: checks all open tasks and takes the steps that the other roles missed."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.backends.base import Backend
from activity_dispatch.domain.activities import Activity, by_activity
from activity_dispatch.observe.metrics import NO_METRICS, Metric, Metrics
from activity_dispatch.reconcile.chores import PASS_SECONDS, Chores
from activity_dispatch.reconcile.cursor_keeper import CursorKeeper
from activity_dispatch.reconcile.describing import Describer
from activity_dispatch.reconcile.next_step import Patience
from activity_dispatch.reconcile.ring import Ring, TaskTurns
from activity_dispatch.reconcile.sources import Sources
from activity_dispatch.reconcile.steps import TaskSteps
from activity_dispatch.reconcile.sweep import Sweep
from activity_dispatch.store.catalog import ActivityCatalog
from activity_dispatch.store.cursors import Cursors
from activity_dispatch.store.task_table import Overview, TaskTable

LOG = logging.getLogger(__name__)

# After this time a pass begins no more chunks: two passes at once would send twice as many heartbeats a
# second as Step Functions allows. What began takes a few seconds more.
CHECK_SECONDS = 45.0
# Even if it took that long to read the table.
LEAST_CHECK_SECONDS = 15.0


@dataclass(frozen=True, kw_only=True)
class Reconciler:
    """Makes passes over the open tasks; concurrent passes do no harm.

    A pass does its chores, then checks tasks until all are checked or its time is over; the next one goes
    on there. `describing` makes the pace of describing calls to one service. `clock` gives seconds since
    1970.
    """

    tasks: TaskTable
    cursors: Cursors
    chores: Chores
    activities: ActivityCatalog
    steps: TaskSteps
    backend_of: Callable[[Activity], Backend]
    describing: Callable[[], RateLimit]
    patience: Patience = field(default_factory=Patience)
    threads: int = 16
    clock: Callable[[], float] = time.time
    metrics: Metrics = NO_METRICS

    def run(self) -> Mapping[str, int]:
        """Make one pass; return how many tasks took which step.

        Raises ClientError and BotoCoreError if the table can't be read.
        """
        began = self.clock()
        overview = self.tasks.overview()
        self.chores.do(overview, self.clock())
        if not overview.tasks:
            return {}
        keeper = CursorKeeper(cursors=self.cursors, clock=self.clock)
        sweep = self._sweep(overview, keeper, began)
        sweep.run()
        keeper.finish(sweep.turns)
        self._measure(sweep)
        return dict(sweep.taken)

    def _sweep(self, overview: Overview, keeper: CursorKeeper, began: float) -> Sweep:
        activities = {activity.arn: activity for activity in overview.activities}
        stored = keeper.read()
        rings = [
            Ring.of(
                records,
                heartbeat_seconds=activities[arn].heartbeat_seconds if arn in activities else None,
                cursor=stored.get(arn, ()),
                checked_at=began - PASS_SECONDS,
            )
            for arn, records in by_activity(overview.tasks).items()
        ]
        return Sweep(
            turns=TaskTurns(rings),
            sources=Sources(known=activities, find=self.activities.of, backend_of=self.backend_of),
            describer=Describer(clock=self.clock, patience=self.patience, make_pace=self.describing),
            steps=self.steps,
            keeper=keeper,
            clock=self.clock,
            ends_at=max(began + CHECK_SECONDS, self.clock() + LEAST_CHECK_SECONDS),
            threads=self.threads,
        )

    def _measure(self, sweep: Sweep) -> None:
        not_reached = sweep.turns.not_reached() + sweep.not_asked
        behind = sweep.turns.behind(self.clock())
        self.metrics.put(Metric.TASKS_NOT_REACHED, not_reached)
        self.metrics.put(Metric.SECONDS_BEHIND, behind)
        self.metrics.put(Metric.JOBS_NOT_DESCRIBED, sweep.describer.not_described)
        if not_reached:
            LOG.warning("%d tasks not reached, one for %.0f s", not_reached, behind)
