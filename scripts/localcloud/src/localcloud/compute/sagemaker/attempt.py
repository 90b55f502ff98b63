"""One run of a job's container; an interrupted job has several."""

import logging
import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from localcloud.compute import logs, runner
from localcloud.compute.configuration import configuration
from localcloud.compute.containers import Container, ContainerSpec, Mount, stop
from localcloud.compute.logs import LogStream
from localcloud.compute.run_events import Ended, RunEvents
from localcloud.compute.sagemaker.folders import BASE, BASE_VARIABLE, Folders
from localcloud.compute.sagemaker.jobs import PRINCIPAL, TrainingJob
from localcloud.compute.sagemaker.metrics import Metrics
from localcloud.compute.sagemaker.storage import Mirror, StorageError, put_archive

LOG = logging.getLogger(__name__)

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
_COPY_SECONDS = 0.5


class Attempt:
    """The container, its folders and where they are copied to."""

    def __init__(self, job: TrainingJob, metrics: Metrics, events: RunEvents) -> None:
        """Nothing happens before `prepare`."""
        self._job = job
        self._document = job.describe()
        self._metrics = metrics
        self._events = events
        self._home = Path(tempfile.mkdtemp(prefix="training-"))
        self.folders = Folders(self._home)
        uri = (self._document.get("CheckpointConfig") or {}).get("S3Uri")
        self._s3 = job.client("s3")
        self._mirror = Mirror(self._s3, self.folders.checkpoints, uri) if uri else None

    def prepare(self) -> None:
        """Fetch data and checkpoints; StorageError says what is missing."""
        self.folders.fill(self._job, self._s3)
        if self._mirror is not None:
            self._mirror.restore()

    def start(self) -> Container:
        """Start the container, or raise ContainerStartError."""
        stream = LogStream(
            group=LOG_GROUP,
            name=f"{self._job.name}/algo-1-{int(time.time())}",
            create_group=True,
        )
        write = logs.open_stream(self._job.place, stream, self._job.role, principal=PRINCIPAL)

        def on_lines(lines: Sequence[str]) -> None:
            write(lines)
            if self._metrics.read(lines):
                self._job.update(FinalMetricDataList=self._metrics.final())

        return runner.runner().start(
            self._spec(), on_lines=on_lines, on_end=lambda: self._events.put(Ended("job"))
        )

    @contextmanager
    def copying(self) -> Iterator[None]:
        """Copy checkpoints as they appear."""
        ended = threading.Event()

        def copy() -> None:
            while not ended.wait(_COPY_SECONDS):
                self.copy_checkpoints()

        thread = threading.Thread(target=copy, name="checkpoints", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def copy_checkpoints(self) -> None:
        """Copy what the container saved."""
        if self._mirror is None:
            return
        try:
            self._mirror.copy()
        except StorageError as error:
            LOG.warning("checkpoints of %s not copied: %s", self._job.name, error)

    def upload(self) -> str:
        """Upload model and output to S3 and return the model's URI, or raise StorageError."""
        base = self._document["OutputDataConfig"]["S3OutputPath"].rstrip("/")
        target = f"{base}/{self._job.name}/output"
        put_archive(self._s3, self.folders.model, f"{target}/model.tar.gz")
        data = self.folders.output / "data"
        if any(data.iterdir()):
            put_archive(self._s3, data, f"{target}/output.tar.gz")
        return f"{target}/model.tar.gz"

    def remove(self) -> None:
        """Remove the folders. Unless we are root, files of a container's root remain."""
        shutil.rmtree(self._home, ignore_errors=True)

    def _spec(self) -> ContainerSpec:
        algorithm = self._document["AlgorithmSpecification"]
        entrypoint = algorithm.get("ContainerEntrypoint")
        return ContainerSpec(
            image=algorithm["TrainingImage"],
            entrypoint=entrypoint,
            command=algorithm.get("ContainerArguments") or (None if entrypoint else ["train"]),
            environment={
                **self._job.container_environment(),
                **(self._document.get("Environment") or {}),
                "TRAINING_JOB_NAME": self._job.name,
                "TRAINING_JOB_ARN": self._job.arn,
            },
            mounts=[Mount(host=self.folders.base, path=BASE, variable=BASE_VARIABLE)],
            labels={"localcloud.sagemaker.job": self._job.arn},
        )


def end(container: Container, events: RunEvents, *, abrupt: bool) -> int:
    """Stop the container, with a warning unless `abrupt`; return its exit code."""
    if abrupt:
        container.kill()
    code = stop(container, 0 if abrupt else configuration().training_stop_timeout_seconds)
    # Consume the end event, or the next attempt would take it for its own.
    while not isinstance(events.get(), Ended):
        pass
    return code


def next_event(events: RunEvents, seconds: float) -> object | None:
    """Return the next event, or None if none arrives in that time."""
    try:
        return events.get(timeout=min(max(0.0, seconds), threading.TIMEOUT_MAX))
    except queue.Empty:
        return None
