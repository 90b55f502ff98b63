"""Starts tasks that warm workers took and did not begin."""

import logging
from dataclasses import dataclass, replace

from activity_dispatch.backends.base import Backend
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.tasks import TaskRecord
from activity_dispatch.lifecycle.pools import Pools
from activity_dispatch.lifecycle.starter import Starter
from activity_dispatch.store.slots import SlotStore
from activity_dispatch.store.warm_jobs import WarmJobs

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class GivenBack:
    """Gives each of them a job of its own."""

    warm_jobs: WarmJobs
    slots: SlotStore
    pools: Pools
    starter: Starter

    def start(self, record: TaskRecord, activity: Activity, backend: Backend) -> None:
        """Start a task as soon as there is room for its job, on the first backend of its activity.

        Raises ClientError, BotoCoreError, RequestsNotSent and InvalidActivity.
        """
        # Jobs write to the table: one must not have the jobs of an activity started that is not warm.
        if activity.linger_seconds is None or record.poll_id is None:
            LOG.error("task %s: given back, but %s has no warm workers", record.task_id, activity.name)
            return
        if not self._reserve(activity, record.poll_id):
            return
        # The job that took it may have been on another backend of the chain.
        own = replace(
            record,
            backend=activity.backend,
            holds_slot=activity.max_concurrent_jobs is not None,
            pool=activity.pool,
        )
        if self.warm_jobs.adopt(own, holds_slot=own.holds_slot):
            self.starter.start(activity, backend, own.to_task(), is_retry=True)

    def _reserve(self, activity: Activity, poll_id: str) -> bool:
        """Reserve a slot and room in the pool, both or neither."""
        limit = activity.max_concurrent_jobs
        if limit is not None and not self.slots.take(activity.arn, poll_id, limit):
            return False
        # It may take its activity's turn, but does not stand in line: the next pass asks again.
        if activity.pool is None or self.pools.reserve(activity, poll_id, is_missed=False, waits=False):
            return True
        if limit is not None:
            self.slots.give_back(activity.arn, frozenset((poll_id,)))
        return False
