"""What every pass does before it turns to the tasks, however many there are."""

import logging
import math
import secrets
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.domain.activities import Activity, by_activity
from activity_dispatch.domain.polls import poll_id_of, poll_time
from activity_dispatch.domain.requests import DispatchRequest
from activity_dispatch.domain.shares import UNSHARED
from activity_dispatch.domain.tasks import TaskState
from activity_dispatch.lifecycle.pools import Pools
from activity_dispatch.lifecycle.slots import Slots
from activity_dispatch.observe.metrics import Metrics
from activity_dispatch.reconcile.gauges import put_gauges
from activity_dispatch.store.dispatch_queue import RequestsNotSent
from activity_dispatch.store.rates import Mark, RateStore
from activity_dispatch.store.task_table import InvalidItem, Overview, SlotsRecord
from activity_dispatch.store.turns import TurnStore

LOG = logging.getLogger(__name__)

# The interval between passes: EventBridge's shortest rate.
PASS_SECONDS = 60
EXPECTED = (ClientError, BotoCoreError, RequestsNotSent, InvalidItem)


@dataclass(kw_only=True)
class Chores:
    """Gauges, slots of lost polls, polls for missed tasks, waking of waiting tasks.

    Each by itself, and for each activity by itself: a problem is logged and affects nothing else. A poll
    that is older than `poll_seconds` has ended.
    """

    slots: Slots
    pools: Pools
    rates: RateStore
    turns: TurnStore
    metrics: Metrics
    missed_task_poll_seconds: int
    poll_seconds: float
    # By activity: the last period in which it was seen to be polled, so that the table need not be asked.
    _polled: dict[str, int] = field(default_factory=dict)
    # Activities whose poll was begun, but not requested.
    _owed: set[str] = field(default_factory=set)

    def do(self, overview: Overview, now: float) -> None:
        """Do all of them; raises nothing."""
        activities = {activity.arn: activity for activity in overview.activities}
        with _guarded("gauges"):
            put_gauges(self.metrics, overview, now)
        with _guarded("slots"):
            self._recount(overview, activities, now)
        with _guarded("missed tasks"):
            self._poll_for_missed_tasks(activities, now)
        with _guarded("waiting tasks"):
            self._wake_waiting(overview, activities, now)

    def _recount(self, overview: Overview, activities: Mapping[str, Activity], now: float) -> None:
        """Free the slots of polls that took no task, and wake requests for free slots."""
        held = {record.poll_id for record in overview.tasks}
        for record in overview.slots:
            activity = activities.get(record.activity_arn)
            limit = None if activity is None else activity.max_concurrent_jobs
            lost = [each for each in record.holders - held if _is_lost(each, now, self.poll_seconds)]
            with _guarded(f"{record.activity_arn}: slots"):
                self._free(record, frozenset(lost), limit)

        for pool in overview.pools:
            gone = [each for each in pool.pool.held.keys() - held if _is_lost(each, now, self.poll_seconds)]
            with _guarded(f"pool {pool.name}"):
                if gone:
                    LOG.warning("pool %s: freeing what %d lost polls hold", pool.name, len(gone))
                self.pools.recount(pool.name, frozenset(gone))

    def _free(self, record: SlotsRecord, lost: frozenset[str], limit: int | None) -> None:
        if lost:
            LOG.warning("%s: freeing %d slots of lost polls", record.activity_arn, len(lost))
        self.slots.recount(record, leaked=lost, limit=limit)

    def _poll_for_missed_tasks(self, activities: Mapping[str, Activity], now: float) -> None:
        """Poll each activity once in each of its periods.

        Its ARN shifts its periods, which spreads the polls; a pass that fails or comes late skips none.
        New activities, all of which are due, are polled over several passes.
        """
        every = max(PASS_SECONDS, self.missed_task_poll_seconds)
        due = {
            arn: (now + zlib.crc32(arn.encode())) % every
            for arn, activity in activities.items()
            if not (activity.is_polled or activity.is_callback)
        }
        room = 1 + 4 * len(due) * PASS_SECONDS // every
        for arn, since in due.items():
            period = round((now - since) / every)
            if room > 0 and self._polled.get(arn) != period:
                with _guarded(f"{arn}: missed tasks"):
                    room -= self._poll(arn, now, since)
                    self._polled[arn] = period

    def _poll(self, arn: str, now: float, since: float) -> bool:
        # Another process may have polled in this period. A poll takes a minute: passes by hand must not
        # flood the dispatchers with polls either.
        seconds = max(int(since), PASS_SECONDS // 2)
        begin, change = self.slots.store.begin_missed_task_poll, secrets.token_hex(8)
        if arn not in self._owed and not begin(arn, now, seconds, change=change):
            return False
        self._owed.add(arn)
        self.slots.queue.send(DispatchRequest(activity_arn=arn, missed=True))
        self._owed.discard(arn)
        return True

    def _wake_waiting(self, overview: Overview, activities: Mapping[str, Activity], now: float) -> None:
        """Send requests for callback tasks that wait although a slot is free: their own were lost."""
        old = [task for task in overview.tasks if task.state is TaskState.WAITING]
        holders = {record.activity_arn: len(record.holders) for record in overview.slots}
        for arn, tasks in by_activity(task for task in old if now - task.starting_at > PASS_SECONDS).items():
            activity = activities.get(arn)
            limit = None if activity is None else activity.max_concurrent_jobs
            room = len(tasks) if limit is None else limit - holders.get(arn, 0)
            with _guarded(f"{arn}: {len(tasks)} waiting tasks"):
                if activity is not None and activity.share_key is not None:
                    self._join(arn, {task.bucket for task in tasks})
                wanted = max(0, min(len(tasks), room))
                if activity is not None and wanted:
                    wanted = self._without_requests(activity, wanted, overview, now)
                self._wake(arn, [task.bucket for task in tasks[:wanted]])

    def _wake(self, arn: str, buckets: Sequence[str]) -> None:
        for bucket, count in Counter(buckets).items():
            request = DispatchRequest(activity_arn=arn, bucket=None if bucket == UNSHARED else bucket)
            self.slots.queue.send(request, count)

    def _join(self, arn: str, buckets: AbstractSet[str]) -> None:
        """Let buckets with waiting tasks have their turns, also one that left too early."""
        for bucket in sorted(buckets - self.turns.ring(arn).joined.keys()):
            LOG.warning("%s: tasks wait in bucket %s, which was not in the ring", arn, bucket)
            self.turns.join(arn, bucket)

    def _without_requests(self, activity: Activity, count: int, overview: Overview, now: float) -> int:
        """Return how many of the waiting tasks may have lost theirs: the other requests come in time."""
        if activity.pool is not None:
            pools = [each.pool for each in overview.pools if each.name == activity.pool]
            count -= sum(pool.waits_for(activity.arn) for pool in pools)
        rate = activity.max_starts_per_second
        if rate is not None:
            if self.rates.read(activity.arn, Mark.RETRY) > now:
                return 0
            count = min(count, math.ceil(rate * PASS_SECONDS))
        return max(0, count)


def _is_lost(holder: str, now: float, poll_seconds: float) -> bool:
    # A job may write holders: one that is no poll, or one of the future, would hold its slot for ever.
    return poll_id_of(holder) is None or abs(now - poll_time(holder)) > poll_seconds


@contextmanager
def _guarded(what: str) -> Iterator[None]:
    try:
        yield
    except EXPECTED as error:
        LOG.error("%s: left for the next pass: %s", what, error)
    except Exception:
        LOG.exception("%s: left for the next pass", what)
