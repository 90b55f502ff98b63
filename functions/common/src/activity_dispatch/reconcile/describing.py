"""Describes the jobs of a chunk of tasks; a job that can't be described does not affect the others."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from activity_dispatch.aws.errors import ErrorKind, classify
from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.backends.base import Backend
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState
from activity_dispatch.domain.tasks import TaskRecord
from activity_dispatch.lifecycle.stopping import described_job
from activity_dispatch.reconcile.next_step import Patience, Seen
from activity_dispatch.reconcile.sources import Source

LOG = logging.getLogger(__name__)

# A few bad jobs among 100 are found with so many refused calls; with more, all are refused.
MAX_REFUSALS = 30

type _Describe = Callable[[Sequence[JobId]], Mapping[JobId, Diagnosis]]


@dataclass(kw_only=True)
class Describer:
    """Describes jobs in one pass; thread-safe.

    `make_pace` makes the pace of calls to one service. `not_described` counts the jobs that could not be
    described.
    """

    clock: Callable[[], float]
    patience: Patience
    make_pace: Callable[[], RateLimit]
    not_described: int = 0
    _paces: dict[str, RateLimit] = field(default_factory=dict)
    # The sources of which no job could be described in their last chunk.
    _refusing: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def see(self, source: Source, records: Sequence[TaskRecord]) -> Sequence[Seen]:
        """Return what is known about these tasks of one source. Raises nothing."""
        backend = source.backend
        if backend is None or source.activity is None:
            with self._lock:
                self.not_described += len(records)
            return [self._unseen(source, record) for record in records]
        jobs = {JobId(record.job_id) for record in records if record.job_id is not None}
        known = _Known(describe=self._paced(backend, records[0].backend))
        if backend.describes_jobs and jobs:
            self._describe(known, backend, sorted(jobs))
        return [self._seen(source, backend, record, known) for record in records]

    def _describe(self, known: "_Known", backend: Backend, jobs: Sequence[JobId]) -> None:
        with self._lock:
            known.refusals_left = 1 if id(backend) in self._refusing else MAX_REFUSALS
        known.add(jobs)
        with self._lock:
            self.not_described += len(known.refused)
            if len(known.refused) == len(jobs):
                self._refusing.add(id(backend))
            else:
                self._refusing.discard(id(backend))

    def _paced(
        self, backend: Backend, service: str
    ) -> Callable[[Sequence[JobId]], Mapping[JobId, Diagnosis]]:
        with self._lock:
            pace = self._paces.setdefault(service, self.make_pace())

        def describe(jobs: Sequence[JobId]) -> Mapping[JobId, Diagnosis]:
            pace.wait()
            return backend.describe(jobs)

        return describe

    def _seen(self, source: Source, backend: Backend, record: TaskRecord, known: "_Known") -> Seen:
        return Seen(
            record=record,
            activity=source.activity,
            job=described_job(record, known.jobs),
            could_be_described=record.job_id not in known.refused,
            describes_jobs=backend.describes_jobs,
            max_job_seconds=backend.max_job_seconds,
            now=self.clock(),
            patience=self.patience,
        )

    def _unseen(self, source: Source, record: TaskRecord) -> Seen:
        return Seen(
            record=record,
            activity=source.activity,
            job=None,
            could_be_described=False,
            describes_jobs=True,
            max_job_seconds=None,
            now=self.clock(),
            patience=self.patience,
        )


@dataclass(kw_only=True)
class _Known:
    """The descriptions of some jobs, and the jobs that could not be described."""

    describe: _Describe
    jobs: dict[JobId, Diagnosis] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    refusals_left: int = MAX_REFUSALS

    def add(self, jobs: Sequence[JobId]) -> None:
        """Describe jobs; if the call fails, each half by itself, so that only bad jobs are left out."""
        try:
            if self.refusals_left > 0:
                self.jobs.update(self.describe(jobs))
                return
        except Exception as error:  # noqa: BLE001 (whatever it is, the tasks need their heartbeats)
            self.refusals_left -= 1
            LOG.error("%d jobs not described, %s first: %s", len(jobs), jobs[0], error)
            if _concerns_all(error):
                self.refusals_left = 0
        if len(jobs) == 1 or self.refusals_left <= 0:
            self.refused.update(jobs)
            return
        middle = len(jobs) // 2
        self.add(jobs[:middle])
        self.add(jobs[middle:])


def _concerns_all(error: Exception) -> bool:
    # More calls would be throttled too, or get no answer either.
    if isinstance(error, ClientError):
        return classify(error) is ErrorKind.THROTTLED
    return isinstance(error, BotoCoreError) and not isinstance(error, ParamValidationError)


def see_again(seen: Seen, record: TaskRecord, backend: Backend, now: float) -> Seen:
    """Return what is known now about a task whose record was read again.

    A job that had ended is not asked about again. Raises what the backend raises.
    """
    ended = seen.job is not None and seen.job.state is JobState.ENDED and seen.job.job_id == record.job_id
    job = seen.job if ended else None
    if not ended and backend.describes_jobs and record.job_id is not None:
        job = described_job(record, backend.describe([JobId(record.job_id)]))
    return replace(seen, record=record, job=job, now=now)
