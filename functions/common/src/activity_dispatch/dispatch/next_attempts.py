"""Starts the next attempts of tasks whose last one ended on another backend of their activity's chain.

The attempt is recorded in the task table before anybody asks for it. So a request, which may be repeated or
forged, starts nothing but what has to be started anyway, and only once.
"""

import logging
from dataclasses import dataclass

from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.tasks import TaskState
from activity_dispatch.lifecycle.starter import Started, Starter
from activity_dispatch.observe.log_keys import keys_of, log_keys
from activity_dispatch.store.catalog import ActivityCatalog
from activity_dispatch.store.task_table import TaskTable

LOG = logging.getLogger(__name__)

_RESULTS = {Started.STARTED: Result.STARTED, Started.OPEN: Result.OPEN}


@dataclass(frozen=True, kw_only=True)
class NextAttempts:
    """Starts recorded attempts; for many threads."""

    tasks: TaskTable
    activities: ActivityCatalog
    starter: Starter

    def start(self, activity_arn: str, task_id: str) -> Result:
        """Start the attempt that is recorded for the task, unless another process does or has.

        Raises ClientError, BotoCoreError, InvalidItem, InvalidActivity and InvalidBackendConfig.
        """
        record = self.tasks.get(task_id)
        if record is None or record.token is None or record.activity_arn != activity_arn:
            LOG.info("task %s is not open, or of another activity", task_id)
            return Result.KNOWN
        # A first attempt begins with its poll.
        if record.state is not TaskState.STARTING or record.attempt == 1 or record.is_begun:
            return Result.KNOWN
        with log_keys(**keys_of(record)):
            activity = self.activities.of(record)
            if activity is None:
                LOG.error("task %s: nothing describes its activity any more", task_id)
                return Result.RETRY
            started = self.starter.start_next(activity, record)
        return Result.KNOWN if started is None else _RESULTS.get(started, Result.REFUSED)
