"""The reconciler: checks all open tasks and takes the steps that the other roles missed."""

import logging
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import batched

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.backends.base import Backend, InvalidBackendConfig
from activity_dispatch.domain.activities import Activity, InvalidActivity
from activity_dispatch.domain.jobs import Diagnosis, JobId
from activity_dispatch.domain.polls import poll_time
from activity_dispatch.domain.requests import DispatchRequest
from activity_dispatch.domain.tasks import TaskRecord, TaskState
from activity_dispatch.lifecycle.slots import Slots
from activity_dispatch.observe.log_keys import activity_name, keys_of, log_keys
from activity_dispatch.observe.metrics import NO_METRICS, Metrics
from activity_dispatch.reconcile.gauges import put_gauges
from activity_dispatch.reconcile.next_step import Patience, Seen, Step, next_step
from activity_dispatch.reconcile.steps import TaskSteps
from activity_dispatch.store.catalog import ActivityCatalog
from activity_dispatch.store.dispatch_queue import RequestsNotSent
from activity_dispatch.store.task_table import Overview, SlotsRecord, TaskTable

LOG = logging.getLogger(__name__)

# The interval between passes: EventBridge's shortest rate.
PASS_SECONDS = 60
# Every service describes this many jobs in one call.
DESCRIBED_AT_ONCE = 100
PROBLEMS = (ClientError, BotoCoreError, RequestsNotSent, InvalidBackendConfig)


@dataclass(frozen=True, kw_only=True)
class Reconciler:
    """Makes passes over the open tasks; concurrent passes do no harm.

    Every `missed_task_poll_seconds`, each activity that the poller does not poll is polled for missed
    tasks, whose dispatch requests were lost. `clock` gives seconds since 1970.
    """

    tasks: TaskTable
    slots: Slots
    activities: ActivityCatalog
    steps: TaskSteps
    backend_of: Callable[[Activity], Backend]
    missed_task_poll_seconds: int = 900
    patience: Patience = field(default_factory=Patience)
    threads: int = 16
    clock: Callable[[], float] = time.time
    metrics: Metrics = NO_METRICS

    def run(self) -> Mapping[str, int]:
        """Make one pass; return how many tasks took which step.

        Raises ClientError and BotoCoreError if the table can't be read.
        """
        overview, now = self.tasks.overview(), self.clock()
        put_gauges(self.metrics, overview, now)
        activities = {activity.arn: activity for activity in overview.activities}
        steps: Counter[str] = Counter()
        with ThreadPoolExecutor(self.threads, "reconcile") as pool:
            for records in self._by_description(overview.tasks):
                arn = records[0].activity_arn
                with log_keys(activity=activity_name(arn)):
                    activity = self._described(records[0], activities)
                    if activity is None:
                        LOG.error("%s: no activity of this stack, but %d open tasks", arn, len(records))
                    else:
                        steps.update(self._reconcile(pool, activity, records, now))
        self._recount(overview, activities, now)
        self._poll_for_missed_tasks(overview.activities, now)
        self._wake_waiting(overview, activities, now)
        return dict(steps)

    def _by_description(self, tasks: Iterable[TaskRecord]) -> Iterable[Sequence[TaskRecord]]:
        groups: defaultdict[tuple[str, str | None], list[TaskRecord]] = defaultdict(list)
        for task in tasks:
            groups[task.activity_arn, task.description].append(task)
        return groups.values()

    def _described(self, record: TaskRecord, current: Mapping[str, Activity]) -> Activity | None:
        """Return the description that the task was started with, the current one for older records."""
        try:
            if record.description is None and record.activity_arn in current:
                return current[record.activity_arn]
            return self.activities.of(record)
        except (ClientError, BotoCoreError, InvalidActivity) as error:
            LOG.error("%s: its description can't be read: %s", record.activity_arn, error)
            return None

    def _reconcile(
        self, pool: ThreadPoolExecutor, activity: Activity, records: Sequence[TaskRecord], now: float
    ) -> list[str]:
        try:
            backend = self.backend_of(activity)
            jobs = self._jobs(pool, backend, records)
        except PROBLEMS as error:
            LOG.error("%s: jobs not checked, left for the next pass: %s", activity.name, error)
            return ["PROBLEM"] * len(records)

        def one(record: TaskRecord) -> str:
            seen = Seen(
                record=record,
                activity=activity,
                job=jobs.get(record.task_id),
                describes_jobs=backend.describes_jobs,
                max_job_seconds=backend.max_job_seconds,
                now=now,
                patience=self.patience,
            )
            with log_keys(**keys_of(record)):
                return self._take_step(seen, backend)

        return list(pool.map(one, records))

    def _jobs(
        self, pool: ThreadPoolExecutor, backend: Backend, records: Sequence[TaskRecord]
    ) -> Mapping[str, Diagnosis]:
        """Return the backend's descriptions of the tasks' jobs, keyed by task id."""
        if not backend.describes_jobs:
            return {}
        jobs = {record.task_id: JobId(record.job_id) for record in records if record.job_id is not None}
        known: dict[JobId, Diagnosis] = {}
        for some in pool.map(backend.describe, batched(jobs.values(), DESCRIBED_AT_ONCE, strict=False)):
            known.update(some)
        return {task_id: known[job] for task_id, job in jobs.items() if job in known}

    def _take_step(self, seen: Seen, backend: Backend) -> str:
        step = next_step(seen)
        if step is Step.BEAT and not is_due(seen.record, seen.activity, seen.now):
            return "NOT_DUE"
        try:
            self.steps.take(step, seen, backend)
        except PROBLEMS as error:
            LOG.error("task %s: %s, left for the next pass: %s", seen.record.task_id, step.name, error)
            return "PROBLEM"
        except Exception:
            # One task must not stop the others' steps.
            LOG.exception("task %s: %s", seen.record.task_id, step.name)
            return "PROBLEM"
        return step.name

    def _recount(self, overview: Overview, activities: Mapping[str, Activity], now: float) -> None:
        """Free the slots of polls that took no task, and wake requests for free slots."""
        held = {record.poll_id for record in overview.tasks}
        for record in overview.slots:
            activity = activities.get(record.activity_arn)
            limit = None if activity is None else activity.max_concurrent_jobs
            leaked = frozenset(holder for holder in record.holders - held if self._is_old(holder, now))
            try:
                self._free(record, leaked, limit)
            except PROBLEMS as error:
                LOG.error("%s: slots not recounted: %s", record.activity_arn, error)

    def _free(self, record: SlotsRecord, leaked: frozenset[str], limit: int | None) -> None:
        if leaked:
            LOG.warning("%s: freeing %d slots of lost polls", record.activity_arn, len(leaked))
        self.slots.recount(record, leaked=leaked, limit=limit)

    def _is_old(self, holder: str, now: float) -> bool:
        return now - poll_time(holder) > self.patience.start

    def _poll_for_missed_tasks(self, activities: Iterable[Activity], now: float) -> None:
        for activity in activities:
            if (
                activity.is_polled
                or activity.is_callback
                or not _is_turn(activity.arn, now, every=self.missed_task_poll_seconds // PASS_SECONDS)
            ):
                continue
            try:
                # A poll takes a minute: manual passes must not flood the dispatchers with polls.
                if self.slots.store.begin_missed_task_poll(activity.arn, now, PASS_SECONDS // 2):
                    self.slots.queue.send(DispatchRequest(activity_arn=activity.arn, missed=True))
            except PROBLEMS as error:
                LOG.error("%s: not polled for missed tasks: %s", activity.name, error)

    def _wake_waiting(self, overview: Overview, activities: Mapping[str, Activity], now: float) -> None:
        """Send requests for callback tasks that wait although a slot is free: their own were lost."""
        old = [task for task in overview.tasks if task.state is TaskState.WAITING]
        waiting = Counter(task.activity_arn for task in old if now - task.starting_at > PASS_SECONDS)
        holders = {record.activity_arn: len(record.holders) for record in overview.slots}
        for arn, count in waiting.items():
            limit = activities[arn].max_concurrent_jobs if arn in activities else None
            room = count if limit is None else limit - holders.get(arn, 0)
            try:
                self.slots.queue.send(DispatchRequest(activity_arn=arn), max(0, min(count, room)))
            except PROBLEMS as error:
                LOG.error("%s: no requests sent for %d waiting tasks: %s", arn, count, error)


def is_due(record: TaskRecord, activity: Activity, now: float) -> bool:
    """Return whether a heartbeat is due in this pass: about three per HeartbeatSeconds are enough.

    The task's id determines its passes, so nothing has to be remembered.
    """
    return _is_turn(record.task_id, now, every=activity.heartbeat_seconds // (3 * PASS_SECONDS))


def _is_turn(key: str, now: float, *, every: int) -> bool:
    return every <= 1 or (int(now) // PASS_SECONDS + zlib.crc32(key.encode())) % every == 0
