"""Frees what jobs held of pools whose roles may not write to one: functions report the end of their job."""

import logging
from dataclasses import dataclass

from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.pools import PoolRoom
from activity_dispatch.domain.tasks import TaskState
from activity_dispatch.lifecycle.pools import RoomReleaser
from activity_dispatch.store.task_table import TaskTable

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class FreedRooms:
    """Frees the room of ended jobs. Raises ClientError, BotoCoreError, RequestsNotSent and InvalidItem."""

    tasks: TaskTable
    pools: RoomReleaser

    def free(self, activity_arn: str, room: PoolRoom) -> Result:
        """Free the room, unless its task is not settled: a job that runs may not say that it has ended."""
        found = self.tasks.of_poll(room.holder)
        # The index may lag behind.
        record = None if found is None else self.tasks.get(found.task_id, with_input=False)
        if record is not None and record.state is not TaskState.SETTLED:
            LOG.error("pool %s: the job of %s has not ended, its slots are kept", room.pool, room.holder)
            return Result.DROPPED
        self.pools.free(activity_arn, room)
        return Result.FREED
