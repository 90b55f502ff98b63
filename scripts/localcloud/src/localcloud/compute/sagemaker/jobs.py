"""Training jobs as DescribeTrainingJob shows them, and the store that holds them."""

import copy
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localcloud.compute.cloud import Document, Place, milliseconds, now
from localcloud.compute.stoppable import Stoppable

_STATE_CHANGE = "SageMaker Training Job State Change"
# The service that assumes a job's role.
PRINCIPAL = "sagemaker"
FINISHED = ("Completed", "Failed", "Stopped")


@dataclass(frozen=True, kw_only=True)
class StopRequest:
    """Why a job's container must stop.

    `interrupted` means that its Spot instance is taken away, without warning if `abrupt`, and that
    no other is available for `no_capacity_seconds`. Otherwise, StopTrainingJob was called.
    """

    interrupted: bool
    abrupt: bool = False
    no_capacity_seconds: float = 0.0


class TrainingJob(Stoppable[StopRequest]):
    """One job. Every change of its secondary status is published to the event bus, in order."""

    def __init__(self, place: Place, request: Document) -> None:
        """`request` is that of CreateTrainingJob."""
        super().__init__()
        self.place = place
        self.name: str = request["TrainingJobName"]
        self.arn = place.arn("sagemaker", f"training-job/{self.name}")
        self.role: str = request["RoleArn"]
        self.spot = bool(request.get("EnableManagedSpotTraining"))
        created = now()
        self._document: Document = {
            **{name: value for name, value in request.items() if name != "Tags"},
            "TrainingJobArn": self.arn,
            "TrainingJobStatus": "InProgress",
            "SecondaryStatus": "Starting",
            "SecondaryStatusTransitions": [],
            "CreationTime": created,
            "LastModifiedTime": created,
            "EnableManagedSpotTraining": self.spot,
        }
        self._tags = list(request.get("Tags") or [])
        self._publishing = threading.Lock()

    def describe(self) -> Document:
        """Return the job as DescribeTrainingJob does."""
        with self._lock:
            return copy.deepcopy(self._document)

    def update(self, **fields: Any) -> None:
        """Set fields without an event."""
        with self._lock:
            self._document.update(fields)

    def move_to(self, status: str, secondary: str, message: str, **fields: Any) -> None:
        """Set the job's status and emit its state change event."""
        with self._publishing:
            with self._lock:
                # A job that was told to stop shows Stopping, whatever it still does.
                if status == "InProgress" and self._document["TrainingJobStatus"] == "Stopping":
                    status = "Stopping"
                self._document.update(TrainingJobStatus=status, SecondaryStatus=secondary, **fields)
                self._pass_to(secondary, message)
                detail = self._detail()
            self.place.emit("aws.sagemaker", _STATE_CHANGE, [self.arn], detail)

    def client(self, service: str) -> Any:
        """Return a client that may do what the job's role may."""
        return self.place.client(service, self.role, principal=PRINCIPAL)

    def container_environment(self) -> dict[str, str]:
        """Return the environment with which the container reaches this cloud as the job's role."""
        return self.place.container_environment(self.role, self.name, principal=PRINCIPAL)

    def end_interruption(self) -> None:
        """Drop an interruption: it applied only to the lost instance."""
        with self._lock:
            if self._stop is not None and self._stop.interrupted:
                self._stop = None

    def stop(self) -> bool:
        """StopTrainingJob; false if the job has ended."""
        with self._lock:
            if self._document["TrainingJobStatus"] in FINISHED:
                return False
            first = self._document["TrainingJobStatus"] != "Stopping"
        if first:
            self.move_to("Stopping", "Stopping", "Stopping the training job")
            self._request_stop(StopRequest(interrupted=False))
        return True

    def interrupt(self, request: StopRequest) -> bool:
        """Take its Spot instance away; false if it is not training on one."""
        with self._lock:
            training = self._document["SecondaryStatus"] == "Training" and self._stop is None
        if not (self.spot and training):
            return False
        self._request_stop(request)
        return True

    def _pass_to(self, secondary: str, message: str) -> None:
        moment = now()
        transitions = self._document["SecondaryStatusTransitions"]
        if transitions:
            transitions[-1].setdefault("EndTime", moment)
        entry = {"Status": secondary, "StartTime": moment, "StatusMessage": message}
        if self._document["TrainingJobStatus"] in FINISHED:
            entry["EndTime"] = moment
        transitions.append(entry)
        self._document["LastModifiedTime"] = moment

    def _detail(self) -> Document:
        """Return the event's detail: what Describe shows, with times as milliseconds, and tags."""
        detail: Document = _with_times_of_events(copy.deepcopy(self._document))
        return detail | {"Tags": self._tags}


class JobStore:
    """Every job since the start of the cloud."""

    def __init__(self) -> None:
        """An empty store."""
        self._jobs: dict[tuple[Place, str], TrainingJob] = {}
        self._lock = threading.Lock()

    def add(self, job: TrainingJob) -> bool:
        """Add a new job; false if one with its name exists."""
        with self._lock:
            return self._jobs.setdefault((job.place, job.name), job) is job

    def find(self, place: Place, name: str) -> TrainingJob | None:
        """Find a job by its name."""
        with self._lock:
            return self._jobs.get((place, name))

    def named(self, name: str) -> TrainingJob | None:
        """Find a job by its name or ARN in any account and region."""
        return next((job for job in self.all() if name in (job.name, job.arn)), None)

    def all(self) -> list[TrainingJob]:
        """Return all jobs, oldest first."""
        with self._lock:
            return list(self._jobs.values())


def _with_times_of_events(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_times_of_events(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_times_of_events(item) for item in value]
    return milliseconds(value) if isinstance(value, datetime) else value


JOBS = JobStore()
