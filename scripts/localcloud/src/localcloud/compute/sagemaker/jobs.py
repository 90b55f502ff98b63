"""Training jobs as DescribeTrainingJob shows them, and the store of all of them."""

import copy
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localcloud.compute.cloud import Document, Place, milliseconds, now

_STATE_CHANGE = "SageMaker Training Job State Change"
# Who assumes a job's role.
PRINCIPAL = "sagemaker"
FINISHED = ("Completed", "Failed", "Stopped")


@dataclass(frozen=True, kw_only=True)
class StopRequest:
    """Why a job's container is to end.

    `interrupted`: its Spot instance is taken away, `abrupt`: without a warning, and there is none
    to go on with for `no_capacity_seconds`. Else somebody called StopTrainingJob.
    """

    interrupted: bool
    abrupt: bool = False
    no_capacity_seconds: float = 0.0


class TrainingJob:
    """One job. Every change of its secondary status is told to the event bus, in order."""

    def __init__(self, place: Place, request: Document) -> None:
        """`request` is that of CreateTrainingJob."""
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
        self._tags = {item["Key"]: item["Value"] for item in request.get("Tags") or []}
        self._lock = threading.RLock()
        self._telling = threading.Lock()
        self._stop: StopRequest | None = None
        self._on_stop: Callable[[], None] | None = None

    def describe(self) -> Document:
        """The job as DescribeTrainingJob gives it."""
        with self._lock:
            return copy.deepcopy(self._document)

    def update(self, **fields: Any) -> None:
        """Set fields. No event."""
        with self._lock:
            self._document.update(fields)

    def to(self, status: str, secondary: str, message: str, **fields: Any) -> None:
        """Give the job another status and emit its state change event."""
        with self._telling:
            with self._lock:
                # Asked to stop it shows that, and nothing of what it still does.
                if status == "InProgress" and self._document["TrainingJobStatus"] == "Stopping":
                    status = "Stopping"
                self._document.update(TrainingJobStatus=status, SecondaryStatus=secondary, **fields)
                self._pass_to(secondary, message)
                detail = self._detail()
            self.place.emit("aws.sagemaker", _STATE_CHANGE, [self.arn], detail)

    def client(self, service: str) -> Any:
        """A client that may do what the job's role may."""
        return self.place.client(service, self.role, principal=PRINCIPAL)

    def container_environment(self) -> dict[str, str]:
        """What the container finds to reach this cloud, as the job's role."""
        return self.place.container_environment(self.role, self.name, principal=PRINCIPAL)

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

    def end_interruption(self) -> None:
        """Forget an interruption: it was meant for the instance that is gone."""
        with self._lock:
            if self._stop is not None and self._stop.interrupted:
                self._stop = None

    def stop(self) -> bool:
        """StopTrainingJob; false when the job has ended."""
        with self._lock:
            if self._document["TrainingJobStatus"] in FINISHED:
                return False
            first = self._document["TrainingJobStatus"] != "Stopping"
        if first:
            self.to("Stopping", "Stopping", "Stopping the training job")
            self._ask(StopRequest(interrupted=False))
        return True

    def interrupt(self, request: StopRequest) -> bool:
        """Take its Spot instance away; false when it runs on none."""
        with self._lock:
            training = self._document["SecondaryStatus"] == "Training" and self._stop is None
        if not (self.spot and training):
            return False
        self._ask(request)
        return True

    def _ask(self, request: StopRequest) -> None:
        with self._lock:
            self._stop = request
            notice = self._on_stop
        if notice is not None:
            notice()

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
        """The event's detail: what Describe shows, its times as milliseconds in a text."""
        detail: Document = _with_times_of_events(copy.deepcopy(self._document))
        return detail | {"Tags": self._tags}


class JobStore:
    """Every job since the start of the cloud."""

    def __init__(self) -> None:
        """An empty store."""
        self._jobs: dict[tuple[Place, str], TrainingJob] = {}
        self._lock = threading.Lock()

    def add(self, job: TrainingJob) -> bool:
        """Keep a new job; false when there is one of its name."""
        with self._lock:
            return self._jobs.setdefault((job.place, job.name), job) is job

    def find(self, place: Place, name: str) -> TrainingJob | None:
        """A job by its name."""
        with self._lock:
            return self._jobs.get((place, name))

    def named(self, name: str) -> TrainingJob | None:
        """A job by its name or ARN, wherever it is."""
        return next((job for job in self.all() if name in (job.name, job.arn)), None)

    def all(self) -> list[TrainingJob]:
        """All jobs, the oldest first."""
        with self._lock:
            return list(self._jobs.values())


def _with_times_of_events(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_times_of_events(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_times_of_events(item) for item in value]
    return str(milliseconds(value)) if isinstance(value, datetime) else value


JOBS = JobStore()
