"""Batch jobs as DescribeJobs shows them, and the store that holds them."""

import copy
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from localcloud.compute.cloud import Document, Place
from localcloud.compute.stoppable import Stoppable

_STATE_CHANGE = "Batch Job State Change"
_NOT_STARTED = ("SUBMITTED", "PENDING", "RUNNABLE")
_FINISHED = ("SUCCEEDED", "FAILED")
_SHOWN = ("exitCode", "reason", "logStreamName")

_SPOT_FARGATE = "Your Spot Task was interrupted."
_SPOT_EC2 = "Host EC2 (instance i-0123456789abcdef0) terminated."


@dataclass(frozen=True, kw_only=True)
class StopRequest:
    """Why a job's container must stop; `final` means that no further attempt may follow.

    `abrupt` means without warning, as when a host is lost.
    """

    reason: str
    final: bool
    abrupt: bool = False


class Job(Stoppable[StopRequest]):
    """One job. Every status change is published to the event bus, in order."""

    def __init__(self, place: Place, document: Document, *, queue: Document, fargate: bool) -> None:
        """`document` is the job in AWS's shape, `queue` the job queue."""
        super().__init__()
        self.place = place
        self.id: str = document["jobId"]
        self.arn: str = document["jobArn"]
        self.queue = queue
        self.fargate = fargate
        self._document = document
        self._publishing = threading.Lock()

    def describe(self) -> Document:
        """Return the job as DescribeJobs does."""
        with self._lock:
            return copy.deepcopy(self._document)

    def update(self, **fields: Any) -> None:
        """Set fields of the job without an event; None removes a field."""
        with self._lock:
            _merge(self._document, fields)

    def change_container(self, name: str, **fields: Any) -> None:
        """Set those fields of a container that Batch shows, without an event."""
        with self._lock:
            _merge(self._container(name), {key: fields[key] for key in _SHOWN if key in fields})

    def run_as(self, task_arn: str) -> None:
        """Show the ECS task that an attempt is."""
        with self._lock:
            (self._task() or self._document["container"])["taskArn"] = task_arn

    def _container(self, name: str) -> Document:
        containers: list[Document] = (self._task() or {}).get("containers", [])
        found = (item for item in containers if item["name"] == name)
        only: Document = self._document["container"]
        return next(found, only)

    def _task(self) -> Document | None:
        tasks: list[Document] = (self._document.get("ecsProperties") or {}).get(
            "taskProperties", []
        )
        return tasks[0] if tasks else None

    def move_to(self, status: str) -> None:
        """Set the job's status and emit its state change event."""
        with self._publishing:
            with self._lock:
                self._document["status"] = status
                detail = copy.deepcopy(self._document)
            self.place.emit("aws.batch", _STATE_CHANGE, [self.arn], detail)

    def begin_attempt(self) -> bool:
        """Leave the states in which a job can be cancelled; false if it has been."""
        with self._lock:
            if self._stop is not None:
                return False
            self._document["status"] = "STARTING"
        self.move_to("STARTING")
        return True

    def end_attempt(self) -> None:
        """Drop a stop request that applied only to the attempt that has ended."""
        with self._lock:
            if self._stop is not None and not self._stop.final:
                self._stop = None

    def terminate(self, reason: str) -> None:
        """TerminateJob."""
        self._stop_unless_final(StopRequest(reason=reason, final=True), isTerminated=True)

    def cancel(self, reason: str) -> None:
        """CancelJob, which has no effect on a job that is starting or running."""
        with self._lock:
            if self._document["status"] in _NOT_STARTED:
                self._stop_unless_final(StopRequest(reason=reason, final=True), isCancelled=True)

    def interrupt(self, *, abrupt: bool = False) -> bool:
        """Take its Spot host away, without warning if `abrupt`; false if it is not running."""
        with self._lock:
            if self._document["status"] not in ("STARTING", "RUNNING"):
                return False
            reason = _SPOT_FARGATE if self.fargate else _SPOT_EC2
            return self._stop_unless_final(StopRequest(reason=reason, final=False, abrupt=abrupt))

    def _stop_unless_final(self, request: StopRequest, **flags: bool) -> bool:
        with self._lock:
            if self._document["status"] in _FINISHED or (self._stop and self._stop.final):
                return False
            self._document.update(flags)
            self._request_stop(request)
        return True


class JobStore:
    """Every job since the start of the cloud."""

    def __init__(self) -> None:
        """An empty store."""
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def add(self, job: Job) -> None:
        """Add a new job."""
        with self._lock:
            self._jobs[job.id] = job

    def find(self, name: str) -> Job | None:
        """Find a job by its id or ARN."""
        with self._lock:
            return self._jobs.get(name.rpartition("job/")[2] or name)

    def running(self) -> list[Job]:
        """Return the jobs that have a container or are about to get one."""
        with self._lock:
            jobs = list(self._jobs.values())
        return [job for job in jobs if job.describe()["status"] in ("STARTING", "RUNNING")]

    def of_queue(self, queue_arn: str) -> Iterable[Job]:
        """Return a queue's jobs, newest first."""
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
