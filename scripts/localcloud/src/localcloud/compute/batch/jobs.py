"""Batch jobs as DescribeJobs shows them, and the store of all of them."""

import copy
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from localcloud.compute.cloud import Document, Place

_STATE_CHANGE = "Batch Job State Change"
_NOT_STARTED = ("SUBMITTED", "PENDING", "RUNNABLE")
_FINISHED = ("SUCCEEDED", "FAILED")

_SPOT_FARGATE = "Your Spot Task was interrupted."
_SPOT_EC2 = "Host EC2 (instance i-0123456789abcdef0) terminated."


@dataclass(frozen=True, kw_only=True)
class StopRequest:
    """Why a job's container is to end; `final` when no other attempt may follow.

    `abrupt`: without a warning, as when a host is lost.
    """

    reason: str
    final: bool
    abrupt: bool = False


class Job:
    """One job. Every change of its status is told to the event bus, in order."""

    def __init__(self, place: Place, document: Document, *, queue: Document, fargate: bool) -> None:
        """`document` is the job in AWS's shape, `queue` the job queue."""
        self.place = place
        self.id: str = document["jobId"]
        self.arn: str = document["jobArn"]
        self.queue = queue
        self.fargate = fargate
        self._document = document
        self._lock = threading.RLock()
        self._telling = threading.Lock()
        self._stop: StopRequest | None = None
        self._on_stop: Callable[[], None] | None = None

    def describe(self) -> Document:
        """The job as DescribeJobs gives it."""
        with self._lock:
            return copy.deepcopy(self._document)

    def update(self, container: Document | None = None, **fields: Any) -> None:
        """Set fields of the job and of its container; None takes a field away. No event."""
        with self._lock:
            _merge(self._document, fields)
            _merge(self._document["container"], container or {})

    def to(self, status: str) -> None:
        """Give the job another status and emit its state change event."""
        with self._telling:
            with self._lock:
                self._document["status"] = status
                detail = copy.deepcopy(self._document)
            self.place.emit("aws.batch", _STATE_CHANGE, [self.arn], detail)

    @property
    def stop_request(self) -> StopRequest | None:
        """Why the job is to end, if it is."""
        with self._lock:
            return self._stop

    def on_stop(self, notice: Callable[[], None]) -> None:
        """Have `notice` called when somebody asks the job to stop, at once if it was asked."""
        with self._lock:
            self._on_stop = notice
            asked = self._stop is not None
        if asked:
            notice()

    def begin_attempt(self) -> bool:
        """Leave the states in which a job can be cancelled; false when it was."""
        with self._lock:
            if self._stop is not None:
                return False
            self._document["status"] = "STARTING"
        self.to("STARTING")
        return True

    def end_attempt(self) -> None:
        """Forget a request that only the attempt that ended was meant by."""
        with self._lock:
            if self._stop is not None and not self._stop.final:
                self._stop = None

    def terminate(self, reason: str) -> None:
        """TerminateJob."""
        self._ask(StopRequest(reason=reason, final=True), isTerminated=True)

    def cancel(self, reason: str) -> None:
        """CancelJob, which a job that starts or runs does not feel."""
        with self._lock:
            if self._document["status"] in _NOT_STARTED:
                self._ask(StopRequest(reason=reason, final=True), isCancelled=True)

    def interrupt(self, *, abrupt: bool = False) -> bool:
        """Take its Spot machine away, `abrupt`: at once; false when it runs on none."""
        with self._lock:
            if self._document["status"] not in ("STARTING", "RUNNING"):
                return False
            reason = _SPOT_FARGATE if self.fargate else _SPOT_EC2
            return self._ask(StopRequest(reason=reason, final=False, abrupt=abrupt))

    def _ask(self, request: StopRequest, **flags: bool) -> bool:
        with self._lock:
            if self._document["status"] in _FINISHED or (self._stop and self._stop.final):
                return False
            self._document.update(flags)
            self._stop = request
            notice = self._on_stop
        if notice is not None:
            notice()
        return True


class JobStore:
    """Every job since the start of the cloud."""

    def __init__(self) -> None:
        """An empty store."""
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def add(self, job: Job) -> None:
        """Keep a new job."""
        with self._lock:
            self._jobs[job.id] = job

    def find(self, name: str) -> Job | None:
        """A job by its id or ARN."""
        with self._lock:
            return self._jobs.get(name.rpartition("job/")[2] or name)

    def running(self) -> list[Job]:
        """The jobs that have a container, or are just getting one."""
        with self._lock:
            jobs = list(self._jobs.values())
        return [job for job in jobs if job.describe()["status"] in ("STARTING", "RUNNING")]

    def of_queue(self, queue_arn: str) -> Iterable[Job]:
        """A queue's jobs, the newest first."""
        with self._lock:
            jobs = [job for job in self._jobs.values() if job.queue["jobQueueArn"] == queue_arn]
        return reversed(jobs)


def _merge(document: Document, fields: Document) -> None:
    for name, value in fields.items():
        if value is None:
            document.pop(name, None)
        else:
            document[name] = value


JOBS = JobStore()
