"""One training job from Starting to its end, over as many Spot instances as it takes."""

import logging
import math
import queue
import threading
import time
from dataclasses import dataclass
from typing import Literal

from localcloud.compute import runner
from localcloud.compute.cloud import now
from localcloud.compute.containers import Container, ContainerStartError
from localcloud.compute.logs import LogStreamError
from localcloud.compute.run_events import Ended, Granted, RunEvents, StopRequested
from localcloud.compute.sagemaker.attempt import Attempt, end, next_event
from localcloud.compute.sagemaker.jobs import StopRequest, TrainingJob
from localcloud.compute.sagemaker.metrics import Metrics
from localcloud.compute.sagemaker.shortage import REASON, SHORTAGE
from localcloud.compute.sagemaker.storage import StorageError

LOG = logging.getLogger(__name__)

_DEFAULT_RUNTIME_SECONDS = 86_400
_INTERNAL = "InternalServerError: We encountered an internal error. Please try again."
_NO_IMAGE = (
    "ClientError: Cannot pull algorithm container. Either the image does not exist or its "
    "permissions are incorrect."
)


@dataclass(frozen=True, kw_only=True)
class End:
    """How a job ended."""

    status: Literal["Completed", "Failed", "Stopped"]
    secondary: str
    message: str


def start(job: TrainingJob) -> None:
    """Run the job in its own thread."""
    threading.Thread(target=_JobRun(job).run, name=f"training-{job.name}", daemon=True).start()


def _failed(reason: str) -> End:
    return End(status="Failed", secondary="Failed", message=reason)


_COMPLETED = End(status="Completed", secondary="Completed", message="Training job completed")
_STOPPED = End(status="Stopped", secondary="Stopped", message="Training job stopped")
_NO_TIME = End(
    status="Stopped",
    secondary="MaxRuntimeExceeded",
    message="Training job runtime exceeded MaxRuntimeInSeconds provided",
)
_WAITED = End(
    status="Stopped",
    secondary="MaxWaitTimeExceeded",
    message="Training job waiting time exceeded MaxWaitTimeInSeconds provided",
)


class _JobRun:
    """Runs a job. Everything that happens to it arrives through one queue, one event at a time."""

    def __init__(self, job: TrainingJob) -> None:
        self._job = job
        self._events: RunEvents = queue.SimpleQueue()
        document = job.describe()
        condition = document["StoppingCondition"]
        self._runtime_left = float(condition.get("MaxRuntimeInSeconds", _DEFAULT_RUNTIME_SECONDS))
        wait = condition.get("MaxWaitTimeInSeconds")
        self._waits_until = math.inf if wait is None else time.monotonic() + wait
        self._metrics = Metrics(document["AlgorithmSpecification"].get("MetricDefinitions") or [])
        self._billable_seconds = 0.0

    def run(self) -> None:
        """Run the job to its end, whatever happens."""
        ended = _failed(_INTERNAL)
        try:
            self._job.on_stop(lambda: self._events.put(StopRequested()))
            self._job.move_to("InProgress", "Starting", "Starting the training job")
            ended = _failed(REASON) if SHORTAGE.hits() else self._attempts()
        except Exception:
            LOG.exception("training job %s failed in the local cloud", self._job.name)
        finally:
            self._report_end(ended)

    def _attempts(self) -> End:
        while (ended := self._with_instance()) is None:
            request = self._job.stop_request
            self._job.move_to(
                "InProgress", "Interrupted", "Training job interrupted: Spot capacity is gone"
            )
            self._job.end_interruption()
            seconds = 0.0 if request is None else request.no_capacity_seconds
            if (ended := self._wait_for_capacity(time.monotonic() + seconds)) is not None:
                return ended
            self._job.move_to(
                "InProgress", "Starting", "Preparing the instances for training again"
            )
        return ended

    def _wait_for_capacity(self, until: float) -> End | None:
        while (left := min(until, self._waits_until) - time.monotonic()) > 0:
            next_event(self._events, left)
            if self._is_stopped():
                return _STOPPED
        return _WAITED if time.monotonic() >= self._waits_until else None

    def _with_instance(self) -> End | None:
        """Run one attempt; None if its instance was taken away."""
        ticket = runner.machine().request(1.0, lambda: self._events.put(Granted()))
        try:
            while True:
                event = next_event(self._events, self._waits_until - time.monotonic())
                if event is None:
                    return _WAITED
                if self._is_stopped():
                    return _STOPPED
                if isinstance(event, Granted):
                    return self._attempt()
        finally:
            ticket.release()

    def _attempt(self) -> End | None:
        attempt = Attempt(self._job, self._metrics, self._events)
        begun = time.monotonic()
        try:
            self._job.move_to("InProgress", "Downloading", "Downloading input data")
            attempt.prepare()
            container = attempt.start()
            try:
                return self._train(attempt, container)
            finally:
                runner.runner().remove(container)
        except StorageError as error:
            return _failed(f"ClientError: {error}")
        except ContainerStartError as error:
            LOG.info("training job %s: %s", self._job.name, error)
            return _failed(_NO_IMAGE)
        except LogStreamError as error:
            return _failed(f"ClientError: {error}")
        finally:
            attempt.remove()
            self._billable_seconds += time.monotonic() - begun

    def _train(self, attempt: Attempt, container: Container) -> End | None:
        begun = time.monotonic()
        first = {} if "TrainingStartTime" in self._job.describe() else {"TrainingStartTime": now()}
        self._job.move_to(
            "InProgress",
            "Training",
            "Training image download completed. Training in progress.",
            **first,
        )
        with attempt.copying():
            ended = self._await_end(container, begun + self._runtime_left)
        self._runtime_left -= time.monotonic() - begun
        interrupted = isinstance(ended, StopRequest) and ended.interrupted
        # Whatever a lost instance had not copied yet is lost.
        if not (isinstance(ended, StopRequest) and ended.abrupt):
            attempt.copy_checkpoints()
        if interrupted:
            return None
        if isinstance(ended, int) and ended != 0:
            return _failed(f"AlgorithmError: {attempt.folders.failure()}, exit code: {ended}")
        self._job.move_to("InProgress", "Uploading", "Uploading generated training model")
        self._job.update(ModelArtifacts={"S3ModelArtifacts": attempt.upload()})
        if isinstance(ended, End):
            return ended
        return _COMPLETED if isinstance(ended, int) else _STOPPED

    def _await_end(self, container: Container, runs_until: float) -> int | End | StopRequest:
        """Return the exit code, or why it was stopped: a limit or a request."""
        while True:
            left = min(runs_until, self._waits_until) - time.monotonic()
            event = next_event(self._events, left)
            if isinstance(event, Ended):
                code = container.wait()
                return -1 if code is None else code
            if event is None:
                end(container, self._events, abrupt=False)
                return _NO_TIME if runs_until <= self._waits_until else _WAITED
            if (request := self._job.stop_request) is not None:
                end(container, self._events, abrupt=request.abrupt)
                return request

    def _is_stopped(self) -> bool:
        request = self._job.stop_request
        return request is not None and not request.interrupted

    def _report_end(self, ended: End) -> None:
        moment = now()
        started = self._job.describe().get("TrainingStartTime", moment)
        self._job.move_to(
            ended.status,
            ended.secondary,
            ended.message,
            TrainingEndTime=moment,
            TrainingTimeInSeconds=math.ceil((moment - started).total_seconds()),
            BillableTimeInSeconds=math.ceil(self._billable_seconds),
            **({"FailureReason": ended.message} if ended.status == "Failed" else {}),
        )
